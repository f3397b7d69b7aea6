"""What `concertation doctor` says: every fault with its mend, in French and in English."""

#: By language, by kind of what was found: what is wrong, and the mend.
TEXTS: dict[str, dict[str, str]] = {
    "fr": {
        "well": "Tout est en ordre : le schéma est à jour, et tout ce qui dérive du journal lui est conforme.",
        "well_but": "Tout est en ordre hormis cela : le schéma est à jour, et tout ce qui dérive du journal lui est "
        "conforme.",
        "pending": "Le schéma n’est pas à jour ({names}). Remède : `concertation migrate`.",
        "asleep": "Concertation {concertation} : une échéance est passée et rien ne l’a réveillée. "
        "Remède : démarrer `concertation worker`, puis `concertation reconcile`.",
        "mendable": "Concertation {concertation} : {table} {row}, « {name} » n’est pas conforme au journal. "
        "Remède : `concertation doctor --mend`.",
        "mended": "Concertation {concertation} : refaite à partir du journal.",
        "ledger": "Concertation {concertation} : le journal lui-même est altéré (n° ou objet : {row} ; {name}). "
        "Aucun programme n’y remédie : `concertation verify-ledger` en dit plus ; "
        "comparez avec une sauvegarde ou une archive de clôture.",
        "stranger": "Concertation {concertation} : {table} {row} est inconnu du journal. "
        "Remède : chercher qui l’a ajouté, puis le supprimer avec le compte propriétaire.",
        "order": "Les réglages {smaller} et {larger} se contredisent : le premier doit être plus petit. "
        "Remède : corriger l’un ou l’autre, redémarrer.",
        "mail_off": "Un serveur de courriel est nommé, et CONCERTATION_MAIL={mail} n’y envoie rien. "
        "Remède : retirer l’un des deux réglages.",
        "mail_from": "Un serveur de courriel est nommé, et aucune adresse d’expéditeur : rien ne part. "
        "Remède : donner CONCERTATION_MAIL_FROM, redémarrer.",
        "public_url": "CONCERTATION_PUBLIC_URL commence par http:// : les liens et les sessions passent en clair. "
        "Remède : mettre l’adresse en https:// du serveur mandataire.",
        "key_missing": "{setting} nomme {file}, qui ne peut être lu. "
        "Remède : remettre le fichier à sa place, lisible par le service, puis redémarrer l’API.",
        "key_open": "La clé {file} est lisible par d’autres comptes. "
        "Remède : `chmod 600`, puis la renouveler si d’autres ont pu la lire.",
        "disk": "Le disque de {place} est presque plein : il reste {free}. "
        "Remède : faire de la place ou agrandir le disque ; en attendant, "
        "`concertation collect-files` enlève les fichiers sans usage.",
        "inodes": "Le disque de {place} n’a presque plus d’inodes : il en reste {free}, et chaque fichier en prend un, "
        "quelle que soit la place libre (`df -i`). Remède : enlever des fichiers inutiles, ou agrandir le disque.",
        "outbox": "{rows} lignes attendent dans la boîte d’envoi, la plus ancienne depuis {oldest} : personne ne "
        "fait les notifications. Remède : démarrer `concertation worker` ; s’il tourne, son journal dit ce qui "
        "l’en empêche.",
        "notices": "{notices} notifications sont abandonnées ; dernière cause : {fault}. "
        "Remède : corriger la cause, puis les renvoyer une à une (`retryNotice`) ; voir docs/notices.md.",
        "mail_paused": "Le serveur de courriel ne répond pas : aucun envoi avant {until}. "
        "Remède : vérifier CONCERTATION_SMTP_URL et le serveur ; les envois reprennent d’eux-mêmes.",
        "backup_never": "Avertissement : on ne connaît aucune sauvegarde entière de cette base (ou aucune depuis "
        "qu’elle a été rétablie). Remède : `concertation backup --output DOSSIER`, maintenant, puis chaque nuit.",
        "backup_old": "Avertissement : la dernière sauvegarde entière est du {at} ; ce qui est venu depuis serait "
        "perdu avec le disque. Remède : `concertation backup --output DOSSIER`, puis chercher pourquoi celle de cette "
        "nuit manque : la sortie de cron ou de la minuterie le dit.",
        "connections": "{used} connexions sur {most} sont prises dans PostgreSQL. "
        "Remède : baisser CONCERTATION_POOL_MAX_SIZE ou relever max_connections ; le calcul est dans docs/sizing.md.",
        "clock": "L’horloge de cette machine et celle de PostgreSQL diffèrent de {seconds} s. "
        "Remède : synchroniser les deux par NTP ; les échéances suivent PostgreSQL, les jetons cette machine.",
        "file_missing": "Le fichier {digest} est nommé et n’est pas à sa place. "
        "Remède : le reprendre d’une sauvegarde, sous ce nom ; voir docs/operation.md.",
        "file_other": "Le fichier {digest} n’a plus le contenu qu’il avait. "
        "Remède : le reprendre d’une sauvegarde ; chercher qui l’a changé.",
        "file_unread": "Le fichier {digest} ne peut être lu ({fault}). "
        "Remède : vérifier les droits du dossier, ou l’accès au seau ; puis recommencer.",
        "temporal": "Temporal ne répond pas à {address} : les demandes attendent, les échéances aussi. "
        "Remède : le démarrer, ou corriger TEMPORAL_ADDRESS.",
        "namespace": "Temporal répond à {address}, et ne connaît pas l’espace « {namespace} ». "
        "Remède : le créer (`temporal operator namespace create`), ou corriger TEMPORAL_NAMESPACE.",
        "no_worker": "Personne ne prend de travail dans la file « {queue} » de Temporal. "
        "Remède : démarrer `concertation worker` avec les mêmes CONCERTATION_TASK_QUEUE et TEMPORAL_NAMESPACE.",
    },
    "en": {
        "well": "All is well: the schema is up to date, and all that follows from the ledger agrees with it.",
        "well_but": "All is well but for that: the schema is up to date, and all that follows from the ledger agrees "
        "with it.",
        "pending": "The schema is behind ({names}). Mend: `concertation migrate`.",
        "asleep": "Concertation {concertation}: a deadline has passed and nothing woke it. "
        "Mend: start `concertation worker`, then `concertation reconcile`.",
        "mendable": "Concertation {concertation}: {table} {row}, “{name}” is not as the ledger says. "
        "Mend: `concertation doctor --mend`.",
        "mended": "Concertation {concertation}: made again from the ledger.",
        "ledger": "Concertation {concertation}: the ledger itself was changed (number or object: {row}; {name}). "
        "No program mends that: `concertation verify-ledger` tells more; "
        "compare with a backup or a closing archive.",
        "stranger": "Concertation {concertation}: {table} {row} is unknown to the ledger. "
        "Mend: find out who added it, then remove it as the owner.",
        "order": "The settings {smaller} and {larger} contradict one another: the first has to be smaller. "
        "Mend: correct one of them, restart.",
        "mail_off": "A mail server is named, and CONCERTATION_MAIL={mail} sends it nothing. "
        "Mend: take one of the two settings away.",
        "mail_from": "A mail server is named, and no address that mails come from: nothing goes out. "
        "Mend: give CONCERTATION_MAIL_FROM, restart.",
        "public_url": "CONCERTATION_PUBLIC_URL begins with http://: links and sessions travel in the clear. "
        "Mend: give the https:// address of the proxy.",
        "key_missing": "{setting} names {file}, which cannot be read. "
        "Mend: put the file back, readable for the service, then restart the API.",
        "key_open": "The key {file} can be read by other accounts. "
        "Mend: `chmod 600`, then replace it if others may have read it.",
        "disk": "The disk of {place} is nearly full: {free} are left. "
        "Mend: make room or enlarge the disk; meanwhile, `concertation collect-files` removes files that nobody uses.",
        "inodes": "The disk of {place} has nearly no inodes: {free} are left, and each file takes one, however much "
        "room there is (`df -i`). Mend: remove files that are of no use, or enlarge the disk.",
        "outbox": "{rows} rows wait in the outbox, the oldest since {oldest}: nobody makes notices. "
        "Mend: start `concertation worker`; if one runs, its log says what keeps it.",
        "notices": "{notices} notices were given up; what the last of them failed of: {fault}. "
        "Mend: remove the cause, then send them again one by one (`retryNotice`); see docs/notices.md.",
        "mail_paused": "The mail server does not answer: nothing is sent before {until}. "
        "Mend: look at CONCERTATION_SMTP_URL and at the server; mails then go on by themselves.",
        "backup_never": "Warning: no whole backup of this database is known (or none since it was restored). "
        "Mend: `concertation backup --output FOLDER`, now and then every night.",
        "backup_old": "Warning: the last whole backup is of {at}; what came since would be lost with the disk. "
        "Mend: `concertation backup --output FOLDER`, then find out why that of last night is missing: the output of "
        "cron or of the timer says so.",
        "connections": "{used} of {most} connections to PostgreSQL are taken. "
        "Mend: lower CONCERTATION_POOL_MAX_SIZE or raise max_connections; docs/sizing.md has the arithmetic.",
        "clock": "The clocks of this machine and of PostgreSQL are {seconds} s apart. "
        "Mend: have NTP set both; deadlines go by PostgreSQL, tokens by this machine.",
        "file_missing": "The file {digest} is named and is not in its place. "
        "Mend: take it from a backup, under this name; see docs/operation.md.",
        "file_other": "The file {digest} does not have the content that it had. "
        "Mend: take it from a backup; find out who changed it.",
        "file_unread": "The file {digest} cannot be read ({fault}). "
        "Mend: look at the rights of the folder, or at the way to the bucket; then look again.",
        "temporal": "Temporal does not answer at {address}: commands wait, and so do deadlines. "
        "Mend: start it, or correct TEMPORAL_ADDRESS.",
        "namespace": "Temporal answers at {address}, and does not know the namespace “{namespace}”. "
        "Mend: make it (`temporal operator namespace create`), or correct TEMPORAL_NAMESPACE.",
        "no_worker": "Nobody takes work from Temporal’s task queue “{queue}”. "
        "Mend: start `concertation worker` with the same CONCERTATION_TASK_QUEUE and TEMPORAL_NAMESPACE.",
    },
}
