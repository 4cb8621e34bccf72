extension LetterTexts {
    /// The letters in German.
    static let german = """
        invitation
        Sie sind zu {tenant} eingeladen
        {inviter} hat Sie eingeladen, mit {tenant} in Switchboard zu arbeiten.
        Folgen Sie dem Link, um ein Passwort zu wählen. Er gilt einmal, bis zum {expires}.
        > Einladung annehmen

        password_reset
        Wählen Sie ein neues Passwort
        Jemand, vermutlich Sie, hat ein neues Passwort für Ihr Konto bei {tenant} angefordert.
        Der Link gilt einmal, eine Stunde lang. Wenn Sie es nicht waren, ignorieren Sie diesen \
        Brief: Es hat sich nichts geändert.
        > Neues Passwort wählen

        password_changed
        Ihr Passwort wurde geändert
        Das Passwort Ihres Kontos bei {tenant} wurde soeben geändert, und alle anderen Sitzungen wurden beendet.
        Wenn Sie es nicht waren, fordern Sie sofort ein neues Passwort an und verständigen Sie die Verwaltung.

        email_verification
        Bestätigen Sie Ihre E-Mail-Adresse
        Bestätigen Sie, dass diese Adresse Ihre ist, damit Ihr Konto bei {tenant} sie verwenden kann.
        Der Link gilt einmal, 24 Stunden lang. Wenn Sie es nicht waren, ignorieren Sie diesen Brief.
        > Adresse bestätigen

        email_change_requested
        Eine andere E-Mail-Adresse für Ihr Konto
        Jemand, vermutlich Sie, möchte, dass Ihr Konto bei {tenant} sich ab jetzt mit {email} anmeldet.
        Nichts ändert sich, bevor diese Adresse bestätigt ist. Wenn Sie es nicht waren, behalten Sie die jetzige mit \
        dem Link unten, und ändern Sie sofort Ihr Passwort.
        > Diese Adresse behalten

        email_changed
        Ihre E-Mail-Adresse wurde geändert
        Ihr Konto bei {tenant} meldet sich jetzt mit {email} an.
        Wenn Sie es nicht waren, verständigen Sie sofort die Verwaltung.

        ownership_transferred
        {tenant} gehört jetzt jemand anderem
        {from} hat {tenant} an {to} übergeben.
        Wenn das nicht stimmt, verständigen Sie sofort, wer dieses Switchboard betreibt.

        second_factor_changed
        Ihr zweiter Faktor wurde geändert
        Ein zweiter Faktor Ihres Kontos bei {tenant} wurde soeben {change}.
        Wenn Sie es nicht waren, verständigen Sie sofort die Verwaltung.

        passkey_changed
        Ihre Passkeys wurden geändert
        Ein Passkey Ihres Kontos bei {tenant} wurde soeben {change}.
        Wenn Sie es nicht waren, verständigen Sie sofort die Verwaltung.

        setup_confirmation
        Bestätigen Sie Ihre Anfrage für Switchboard
        Sie haben ein Switchboard-Konto für {company} angefragt.
        Folgen Sie dem Link, um Ihre Adresse zu bestätigen; danach sieht sich jemand die Anfrage an.
        > Anfrage bestätigen

        setup_received
        {company} bittet um ein Konto
        {name} ({email}) bittet um ein Konto für {company}, mit der Subdomain {subdomain} und dem Tarif {plan}.
        > Anfrage ansehen

        setup_approved
        Ihr Switchboard-Konto ist bereit
        {company} hat jetzt ein Konto. Folgen Sie dem Link, um ein Passwort zu wählen und sich als \
        Inhaber anzumelden.
        Der Link gilt einmal, bis zum {expires}.
        > Konto öffnen

        setup_refused
        Ihre Anfrage für Switchboard
        Ihre Anfrage für ein Konto für {company} wurde nicht angenommen.
        {reason}

        tenant_deletion
        {tenant} wird gelöscht
        {tenant} und alle zugehörigen Daten werden am {date} gelöscht.
        Bis dahin kann das Konto wiederherstellen, wer dieses Switchboard betreibt.

        domain_failing
        {domain} wird bald nicht mehr funktionieren
        Das DNS zeigt nicht mehr, dass {domain} zu {tenant} gehört. Am {date} funktioniert sie nicht mehr.
        Um sie zu behalten, tragen Sie den TXT-Eintrag {record} mit dem Wert {value} wieder in die Zone ein.

        domain_lapsed
        {domain} funktioniert nicht mehr
        {domain} führt nicht mehr zu {tenant}, weil der TXT-Eintrag {record} seit einer Woche fehlt.
        Sobald der Eintrag wieder da ist, bestätigen Sie die Domain in den Einstellungen noch einmal.

        export_ready
        Ihr Export ist bereit
        Der Export von {tenant}, den Sie angefordert haben, kann bis zum {expires} abgeholt werden.
        > Export abholen

        find_my_tenant
        Ihre Switchboard-Konten
        Ihre Adresse ist bekannt bei: {tenants}.
        Wenn Sie nicht danach gefragt haben, ignorieren Sie diesen Brief.

        unusual_volume
        Aus {tenant} wurde ungewöhnlich viel entnommen
        {name} hat innerhalb eines Tages {count} Mal Daten exportiert oder abgeholt; im Monat davor \
        waren es höchstens {usual} Mal am Tag.
        Das Protokoll sagt, was es war. War es nicht beabsichtigt, deaktivieren Sie das Konto und \
        beenden Sie seine Sitzungen.
        > Protokoll ansehen

        support_requested
        Der Support bittet um Zugang zu {tenant}
        Wer dieses Switchboard betreibt, möchte bei {tenant} an Ihrer Stelle handeln: {reason}
        Das geschieht nur, wenn Sie zustimmen, und nur so lange Sie es erlauben. Das Protokoll zeigt, was getan wird.
        > Anfrage ansehen

        mail_test
        Ein Probebrief von Switchboard
        Briefe dieses Switchboard kommen hier an.

        words
        added = hinzugefügt
        removed = entfernt
        """
}
