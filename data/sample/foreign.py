"""Records in other languages, which the language filter must reject: (question, answer) pairs."""

FOREIGN = (
    (
        (
            "Read the notice and tell me when the library opens: the town library on Mill Lane "
            "will open at nine on weekdays and stay closed every Sunday until the end of spring."
        ),
        "The library opens at nine in the morning on weekdays.",
    ),
    (
        (
            "Summarise this message in one sentence: the harbour ferry has been cancelled because "
            "of strong winds, and passengers may use their tickets on any later crossing this "
            "month."
        ),
        "The ferry is cancelled, but tickets stay valid for later crossings this month.",
    ),
    (
        "What did the farmer sell at the market? Old Peter brought forty boxes of apples, ten "
        "jars of honey and a basket of eggs, and he sold everything before noon.",
        "He sold apples, honey and eggs before noon.",
    ),
    (
        (
            "Please rewrite the following line in a polite way: give me the report now, I have "
            "been waiting since the early morning and nobody has answered any of my letters."
        ),
        "Could you please send me the report when you have a moment?",
    ),
    (
        (
            "Which topic does this text belong to? The home team scored twice in the last ten "
            "minutes and won the final match of the season in front of a large and noisy crowd."
        ),
        "It belongs to the sports pages of the newspaper.",
    ),
    (
        (
            "Who found the lost dog? A small brown dog was missing for three days until a postman "
            "noticed it sleeping behind the bakery and called its owner on the telephone."
        ),
        "The postman found the dog behind the bakery.",
    ),
    (
        (
            "Write one short headline for this story: students of the village school planted two "
            "hundred trees along the river and promised to water them through the whole summer."
        ),
        "Students plant two hundred trees along the river.",
    ),
    (
        (
            "How long will the road be closed? Workers are going to repair the old stone bridge, "
            "so the main road will be closed for six weeks and cars must use the northern route."
        ),
        "The road will be closed for six weeks in total.",
    ),
    (
        (
            "Explain what the weather will be like: heavy rain is expected in the hills tonight, "
            "followed by sunshine in the afternoon and a cool breeze from the sea in the evening."
        ),
        "Heavy rain tonight, then sunshine and a cool breeze tomorrow evening.",
    ),
    (
        (
            "Résumez ce message en une seule phrase : le marché du village aura lieu samedi matin "
            "sur la place de l'église, avec des fruits, des fromages et des fleurs de la région."
        ),
        "Le marché du village se tiendra samedi matin sur la place de l'église.",
    ),
    (
        (
            "Qui a gagné le concours de chant cette année ? La jeune chanteuse a reçu le premier "
            "prix devant une salle pleine, et le jury a salué la douceur de sa voix et son courage."
        ),
        "La jeune chanteuse a gagné le premier prix du concours.",
    ),
    (
        (
            "À quelle heure part le dernier train pour la montagne ? Le dernier train quitte la "
            "gare à vingt et une heures, sauf le dimanche où il part une heure plus tôt."
        ),
        "Le dernier train part à vingt et une heures, plus tôt le dimanche.",
    ),
    (
        "Fasse diese Nachricht in einem Satz zusammen: Die Schule im Dorf bekommt im Herbst "
        "eine neue Bibliothek, weil viele Eltern Geld und Bücher gespendet haben.",
        "Dank vieler Spenden bekommt die Schule im Herbst eine neue Bibliothek.",
    ),
    (
        (
            "Resume este aviso en una frase: el puente viejo estará cerrado durante todo el verano "
            "porque los obreros van a cambiar las piedras y pintar las barandillas."
        ),
        "El puente viejo estará cerrado todo el verano por obras.",
    ),
    (
        (
            "Schreibe den folgenden Satz höflicher: Gib mir sofort den Schlüssel, ich habe keine "
            "Zeit und muss noch vor dem Abend die ganze Werkstatt aufräumen und abschließen."
        ),
        "Könnten Sie mir bitte den Schlüssel geben, damit ich aufräumen kann?",
    ),
    (
        (
            "Where will the concert take place? The brass band of the fire brigade plays on "
            "Saturday night in the park behind the station, and the entrance is free for all "
            "children."
        ),
        "The concert takes place in the park behind the station.",
    ),
)
