extension LetterTexts {
    /// The letters in French.
    static let french = """
        invitation
        Vous êtes invité à rejoindre {tenant}
        {inviter} vous invite à travailler avec {tenant} sur Switchboard.
        Suivez le lien pour choisir un mot de passe. Il fonctionne une seule fois, jusqu’au {expires}.
        > Accepter l’invitation

        password_reset
        Choisissez un nouveau mot de passe
        Quelqu’un, sans doute vous, a demandé un nouveau mot de passe pour votre compte chez {tenant}.
        Le lien fonctionne une seule fois, pendant une heure. Si ce n’était pas vous, ignorez cette \
        lettre : rien n’a changé.
        > Choisir un nouveau mot de passe

        password_changed
        Votre mot de passe a été modifié
        Le mot de passe de votre compte chez {tenant} vient d’être modifié, et toutes les autres \
        sessions ont été fermées.
        Si ce n’était pas vous, demandez tout de suite un nouveau mot de passe et prévenez un administrateur.

        email_verification
        Confirmez votre adresse e-mail
        Confirmez que cette adresse est la vôtre, pour que votre compte chez {tenant} puisse l’utiliser.
        Le lien fonctionne une seule fois, pendant 24 heures. Si ce n’était pas vous, ignorez cette lettre.
        > Confirmer l’adresse

        email_change_requested
        Une autre adresse e-mail pour votre compte
        Quelqu’un, sans doute vous, a demandé que votre compte chez {tenant} se connecte désormais avec {email}.
        Rien ne change avant que cette adresse soit confirmée. Si ce n’était pas vous, gardez l’adresse actuelle par le \
        lien ci-dessous et changez tout de suite votre mot de passe.
        > Garder cette adresse

        email_changed
        Votre adresse e-mail a été modifiée
        Votre compte chez {tenant} se connecte désormais avec {email}.
        Si ce n’était pas vous, prévenez tout de suite un administrateur.

        ownership_transferred
        {tenant} a un autre propriétaire
        {from} a transmis {tenant} à {to}.
        Si ce n’est pas correct, prévenez tout de suite la personne qui exploite ce Switchboard.

        second_factor_changed
        Votre second facteur a été modifié
        Un second facteur de votre compte chez {tenant} vient d’être {change}.
        Si ce n’était pas vous, prévenez tout de suite un administrateur.

        passkey_changed
        Vos clés d’accès ont été modifiées
        Un accès par clé de votre compte chez {tenant} vient d’être {change}.
        Si ce n’était pas vous, prévenez tout de suite un administrateur.

        setup_confirmation
        Confirmez votre demande pour Switchboard
        Vous avez demandé un compte Switchboard pour {company}.
        Suivez le lien pour confirmer votre adresse ; quelqu’un examinera ensuite la demande.
        > Confirmer la demande

        setup_received
        {company} demande un compte
        {name} ({email}) demande un compte pour {company}, avec le sous-domaine {subdomain} et l’offre {plan}.
        > Voir la demande

        setup_approved
        Votre compte Switchboard est prêt
        {company} a maintenant son compte. Suivez le lien pour choisir un mot de passe et vous \
        connecter comme propriétaire.
        Le lien fonctionne une seule fois, jusqu’au {expires}.
        > Ouvrir le compte

        setup_refused
        Votre demande pour Switchboard
        Votre demande de compte pour {company} n’a pas été acceptée.
        {reason}

        tenant_deletion
        {tenant} va être supprimé
        {tenant} et toutes ses données seront supprimés le {date}.
        D’ici là, le compte peut être rétabli par la personne qui exploite ce Switchboard.

        domain_failing
        {domain} va cesser de fonctionner
        Le DNS ne montre plus que {domain} appartient à {tenant}. Ce domaine cessera de fonctionner le {date}.
        Pour le garder, remettez dans sa zone l’enregistrement TXT {record} avec la valeur {value}.

        domain_lapsed
        {domain} ne fonctionne plus
        {domain} ne mène plus à {tenant}, car l’enregistrement TXT {record} manque depuis une semaine.
        Une fois l’enregistrement rétabli, vérifiez de nouveau le domaine dans les paramètres.

        export_ready
        Votre export est prêt
        L’export de {tenant} que vous avez demandé peut être récupéré jusqu’au {expires}.
        > Récupérer l’export

        find_my_tenant
        Vos comptes Switchboard
        Votre adresse est connue chez : {tenants}.
        Si vous n’avez rien demandé, ignorez cette lettre.

        unusual_volume
        Beaucoup de données ont été extraites de {tenant}
        {name} a exporté ou récupéré des données {count} fois en un jour ; le mois précédent, \
        c’était au plus {usual} fois par jour.
        Le journal d’audit dit de quoi il s’agit. Si ce n’était pas voulu, désactivez le compte et \
        fermez ses sessions.
        > Voir le journal d’audit

        support_requested
        L’assistance demande un accès à {tenant}
        La personne qui exploite ce Switchboard demande à agir à votre place chez {tenant} : {reason}
        Personne ne le fait sans votre accord, ni plus longtemps que vous ne le dites. Le journal d’audit montre tout.
        > Voir la demande

        mail_test
        Une lettre d’essai de Switchboard
        Les lettres de ce Switchboard arrivent ici.

        words
        added = ajouté
        removed = supprimé
        """
}
