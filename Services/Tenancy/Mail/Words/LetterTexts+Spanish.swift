extension LetterTexts {
    /// The letters in Spanish.
    static let spanish = """
        invitation
        Le han invitado a {tenant}
        {inviter} le ha invitado a trabajar con {tenant} en Switchboard.
        Siga el enlace para elegir una contraseña. Funciona una sola vez, hasta el {expires}.
        > Aceptar la invitación

        password_reset
        Elija una contraseña nueva
        Alguien, probablemente usted, ha pedido una contraseña nueva para su cuenta en {tenant}.
        El enlace funciona una sola vez, durante una hora. Si no fue usted, ignore esta carta: no \
        ha cambiado nada.
        > Elegir una contraseña nueva

        password_changed
        Su contraseña ha cambiado
        La contraseña de su cuenta en {tenant} acaba de cambiar y se han cerrado todas las demás sesiones.
        Si no fue usted, pida enseguida una contraseña nueva y avise a un administrador.

        email_verification
        Confirme su dirección de correo
        Confirme que esta dirección es suya, para que su cuenta en {tenant} pueda usarla.
        El enlace funciona una sola vez, durante 24 horas. Si no fue usted, ignore esta carta.
        > Confirmar la dirección

        email_change_requested
        Otra dirección de correo para su cuenta
        Alguien, probablemente usted, ha pedido que su cuenta en {tenant} entre a partir de ahora con {email}.
        Nada cambia antes de que esa dirección se confirme. Si no fue usted, conserve la actual con el enlace de abajo y \
        cambie enseguida su contraseña.
        > Conservar esta dirección

        email_changed
        Su dirección de correo ha cambiado
        Su cuenta en {tenant} entra ahora con {email}.
        Si no fue usted, avise enseguida a un administrador.

        ownership_transferred
        {tenant} tiene otro propietario
        {from} ha entregado {tenant} a {to}.
        Si no es correcto, avise enseguida a quien administra este Switchboard.

        second_factor_changed
        Su segundo factor ha cambiado
        Un segundo factor de su cuenta en {tenant} acaba de ser {change}.
        Si no fue usted, avise enseguida a un administrador.

        passkey_changed
        Sus llaves de acceso han cambiado
        Un acceso por llave de su cuenta en {tenant} acaba de ser {change}.
        Si no fue usted, avise enseguida a un administrador.

        setup_confirmation
        Confirme su solicitud de Switchboard
        Ha pedido una cuenta de Switchboard para {company}.
        Siga el enlace para confirmar su dirección; después alguien revisará la solicitud.
        > Confirmar la solicitud

        setup_received
        {company} pide una cuenta
        {name} ({email}) pide una cuenta para {company}, con el subdominio {subdomain} y el plan {plan}.
        > Ver la solicitud

        setup_approved
        Su cuenta de Switchboard está lista
        {company} ya tiene su cuenta. Siga el enlace para elegir una contraseña y entrar como propietario.
        El enlace funciona una sola vez, hasta el {expires}.
        > Abrir la cuenta

        setup_refused
        Su solicitud de Switchboard
        Su solicitud de una cuenta para {company} no ha sido aceptada.
        {reason}

        tenant_deletion
        {tenant} se va a eliminar
        {tenant} y todos sus datos se eliminarán el {date}.
        Hasta entonces puede restablecer la cuenta quien administra este Switchboard.

        domain_failing
        {domain} dejará de funcionar
        El DNS ya no muestra que {domain} pertenece a {tenant}. Dejará de funcionar el {date}.
        Para conservarlo, vuelva a poner en su zona el registro TXT {record} con el valor {value}.

        domain_lapsed
        {domain} ha dejado de funcionar
        {domain} ya no lleva a {tenant}, porque falta el registro TXT {record} desde hace una semana.
        Cuando el registro vuelva a estar, verifique de nuevo el dominio en los ajustes.

        export_ready
        Su exportación está lista
        La exportación de {tenant} que pidió se puede recoger hasta el {expires}.
        > Recoger la exportación

        find_my_tenant
        Sus cuentas de Switchboard
        Su dirección se conoce en: {tenants}.
        Si no lo ha pedido, ignore esta carta.

        unusual_volume
        Se han sacado muchos datos de {tenant}
        {name} ha exportado o recogido datos {count} veces en un día; en el mes anterior fueron \
        como mucho {usual} veces al día.
        El registro de auditoría dice qué fue. Si no era intencionado, desactive la cuenta y cierre \
        sus sesiones.
        > Ver el registro de auditoría

        support_requested
        El soporte pide acceso a {tenant}
        Quien administra este Switchboard pide actuar en su lugar en {tenant}: {reason}
        Nadie lo hace sin su acuerdo, ni más tiempo del que usted diga. El registro de auditoría muestra lo que se hace.
        > Ver la solicitud

        mail_test
        Una carta de prueba de Switchboard
        Las cartas de este Switchboard llegan aquí.

        words
        added = añadido
        removed = eliminado
        """
}
