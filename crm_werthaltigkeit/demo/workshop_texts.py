"""Word lists of the demo workshop: names, streets, products, one-line notes. German, all invented."""


def _words(text):
    return tuple(text.split())


MALE = _words(
    "Andreas Bernd Christian Daniel Erik Frank Georg Hans Ingo Jens Kai Lars Markus Nils Oliver Peter Rainer Stefan "
    "Thomas Uwe Volker Werner Mehmet Ali Paolo Dimitri Matthias Torsten Holger Dirk"
)
FEMALE = _words(
    "Anna Birgit Claudia Doris Elke Franziska Gabriele Heike Ines Julia Karin Laura Monika Nadine Petra Renate Sandra "
    "Tanja Ursula Vera Ayse Elena Maria Katja Sabrina Marion Silke Anja Cornelia Lena"
)
SURNAMES = _words(
    "Albrecht Bauer Becker Böhm Brandes Busch Dietrich Ebert Engel Fiedler Franke Friedrich Fuchs Göbel Graf Günther "
    "Haas Hahn Hartmann Heinrich Henning Herrmann Hoffmann Horn Jansen Jung Kaiser Keller Koch Köhler König Kraft "
    "Krause Kröger Kuhn Lange Lehmann Lindner Lorenz Ludwig Maier Martens Möller Neumann Otto Peters Pohl Richter "
    "Ritter Roth Sander Schäfer Schreiber Schröder Schuster Seidel Simon Stein Thiele Ullrich Vogel Voß Wagner Walter "
    "Winkler Wolff Yildiz Zander Ziegler Zimmermann"
)
STREETS = (
    "Hauptstraße",
    "Bahnhofstraße",
    "Gartenweg",
    "Lindenallee",
    "Am Mühlbach",
    "Kirchgasse",
    "Schillerstraße",
    "Industriestraße",
    "Feldweg",
    "Rosenweg",
    "Am Anger",
    "Bergstraße",
    "Weender Straße",
    "Lange Reihe",
    "Wiesengrund",
)
TOWNS = (
    ("37073", "Göttingen"),
    ("37079", "Göttingen"),
    ("37085", "Göttingen"),
    ("37120", "Bovenden"),
    ("37124", "Rosdorf"),
    ("37133", "Friedland"),
    ("37136", "Ebergötzen"),
    ("37154", "Northeim"),
    ("37176", "Nörten-Hardenberg"),
    ("37434", "Gieboldehausen"),
)

# (name pattern, industry of Odoo, how many)
FIRMS = (
    ("Taxi {}", "H", 5),
    ("Kurierdienst {} GmbH", "H", 4),
    ("Fahrschule {}", "P", 4),
    ("Pflegedienst {} gGmbH", "Q", 5),
    ("Elektro {} GmbH", "F", 5),
    ("Malerbetrieb {}", "F", 4),
    ("Sanitär {} & Sohn", "F", 4),
    ("Dachdeckerei {}", "F", 3),
    ("Gartenbau {} GbR", "A", 4),
    ("Bäckerei {}", "C", 3),
    ("Hausverwaltung {} GmbH", "L", 3),
    ("Blumen {}", "G", 2),
)
ROLES = ("Fuhrparkleitung", "Buchhaltung", "Geschäftsführung", "Disposition", "Einkauf")

TAGS = ("Gewerbekunde", "Privatkunde", "Flotte", "Reifenhotel")
INTERESTS = (
    "Motorsport",
    "Oldtimer",
    "Camping",
    "Radfahren",
    "Wandern",
    "Fußball",
    "Garten",
    "E-Mobilität",
    "Hund",
    "Fotografie",
)
GOALS = (
    "Der Wagen soll noch drei Jahre ohne große Reparatur durchhalten.",
    "Kein Fahrzeug länger als einen Tag in der Werkstatt.",
    "Feste Kosten je Monat für alle Fahrzeuge.",
    "Sicher mit der Familie in den Urlaub.",
    "Werterhalt bis zum Verkauf im nächsten Jahr.",
    "Umstieg auf Elektro, aber erst, wenn es sich rechnet.",
)
SOURCES = (
    "Empfehlung",
    "Google-Suche",
    "Werkstattportal",
    "Zeitungsanzeige",
    "Tag der offenen Tür",
    "Vorbeigefahren",
    "Facebook",
)
# reason: the competitor it goes with
LOST_REASONS = {
    "Zu teuer": None,
    "Festpreis anderswo": "Werkstattkette Fix & Fertig",
    "Andere Werkstatt näher": "Freie Werkstatt Nord",
    "Fahrzeug verkauft": None,
    "Kein Termin frei": None,
    "Keine Rückmeldung": None,
}
WIN_BACKS = (
    ("Zu teuer", "Werkstattkette Fix & Fertig", "Fährt jetzt zur Kette, dort sei die Inspektion günstiger."),
    ("Andere Werkstatt näher", "Freie Werkstatt Nord", "Umgezogen, die Werkstatt Nord liegt auf dem Arbeitsweg."),
    ("Kein Termin frei", "Freie Werkstatt Nord", "Hat zweimal keinen Termin bekommen und ist dann gewechselt."),
    ("Fahrzeug verkauft", None, "Auto verkauft, meldet sich, wenn wieder eines da ist."),
)

# code: (name, type, price, cost)
PRODUCTS = {
    "AW-MECH": ("Arbeitsstunde Mechanik", "service", 98.00, 46.00),
    "AW-KARO": ("Arbeitsstunde Karosserie", "service", 112.00, 52.00),
    "AW-DIAG": ("Fehlerdiagnose", "service", 69.00, 24.00),
    "INSP": ("Inspektion nach Herstellervorgabe", "service", 189.00, 78.00),
    "HU-AU": ("Hauptuntersuchung mit AU", "service", 149.50, 118.00),
    "RAD-W": ("Räderwechsel, 4 Stück", "service", 44.90, 18.00),
    "RAD-E": ("Rädereinlagerung je Saison", "service", 49.00, 15.00),
    "OEL-S": ("Ölservice", "service", 39.00, 16.00),
    "KLIMA": ("Klimaservice", "service", 119.00, 52.00),
    "ERSATZ": ("Ersatzwagen je Tag", "service", 39.00, 22.00),
    "LACK": ("Smart Repair Lackschaden", "service", 189.00, 92.00),
    "OEL-5W30": ("Motoröl 5W-30, Liter", "consu", 18.90, 7.20),
    "F-OEL": ("Ölfilter", "consu", 16.50, 6.10),
    "F-LUFT": ("Luftfilter", "consu", 24.90, 10.30),
    "F-INNEN": ("Innenraumfilter", "consu", 29.90, 11.50),
    "BR-BEL": ("Bremsbeläge, Satz", "consu", 89.00, 41.00),
    "BR-SCH": ("Bremsscheiben, Paar", "consu", 148.00, 79.00),
    "R-WINT": ("Winterreifen 205/55 R16", "consu", 98.00, 76.00),
    "R-SOMM": ("Sommerreifen 205/55 R16", "consu", 89.00, 70.00),
    "R-GANZ": ("Ganzjahresreifen 205/55 R16", "consu", 109.00, 86.00),
    "BATT": ("Starterbatterie 70 Ah", "consu", 139.00, 88.00),
    "WISCH": ("Scheibenwischer, Paar", "consu", 34.90, 13.00),
    "ZAHN": ("Zahnriemensatz", "consu", 219.00, 128.00),
    "STOSS": ("Stoßdämpfer", "consu", 118.00, 66.00),
    "AUSP": ("Endschalldämpfer", "consu", 189.00, 112.00),
    "SCHEIBE": ("Windschutzscheibe", "consu", 489.00, 310.00),
    "AHK": ("Anhängerkupplung, abnehmbar", "consu", 649.00, 420.00),
    "STAND": ("Standheizung", "consu", 1490.00, 1050.00),
    "DACH": ("Dachbox 420 l", "consu", 399.00, 268.00),
    "WALL": ("Wallbox 11 kW", "consu", 849.00, 610.00),
}
# job: ((code, quantity, share of jobs with it), …)
JOBS = {
    "inspection": (
        ("INSP", 1, 1),
        ("OEL-5W30", 4.5, 1),
        ("F-OEL", 1, 1),
        ("F-LUFT", 1, 0.5),
        ("F-INNEN", 1, 0.6),
        ("WISCH", 1, 0.2),
    ),
    "oil": (("OEL-S", 1, 1), ("OEL-5W30", 4.5, 1), ("F-OEL", 1, 1)),
    "test": (("HU-AU", 1, 1), ("AW-MECH", 0.5, 0.4)),
    "winter": (("RAD-W", 1, 1), ("RAD-E", 1, 0.6), ("R-WINT", 4, 0.16)),
    "summer": (("RAD-W", 1, 1), ("RAD-E", 1, 0.6), ("R-SOMM", 4, 0.14)),
    "brakes": (("BR-BEL", 1, 1), ("BR-SCH", 1, 0.6), ("AW-MECH", 1.5, 1)),
    "body": (("LACK", 1, 0.7), ("AW-KARO", 3, 1), ("ERSATZ", 2, 0.5)),
    "belt": (("ZAHN", 1, 1), ("AW-MECH", 4, 1), ("ERSATZ", 1, 0.4)),
    "battery": (("BATT", 1, 1), ("AW-DIAG", 1, 0.5)),
    "exhaust": (("AUSP", 1, 1), ("AW-MECH", 1.5, 1)),
    "air": (("KLIMA", 1, 1), ("F-INNEN", 1, 0.5)),
    "shocks": (("STOSS", 2, 1), ("AW-MECH", 2, 1)),
    "all_season": (("R-GANZ", 4, 1), ("RAD-W", 1, 1)),
    "cheap_tyres": (("R-GANZ", 4, 1), ("WISCH", 1, 0.3)),
    "cheap_battery": (("BATT", 1, 1),),
}
JOB_WEIGHTS = {
    "inspection": 26,
    "oil": 16,
    "test": 14,
    "brakes": 12,
    "body": 7,
    "belt": 4,
    "battery": 6,
    "exhaust": 4,
    "air": 6,
    "shocks": 3,
    "all_season": 2,
}
# what people ask for and seldom buy
WISHES = ("AHK", "STAND", "DACH", "WALL", "SCHEIBE")

# (channel, direction, minutes, texts)
CONTACTS = (
    (
        "phone",
        "in",
        (2, 9),
        (
            "Fragt, wann der Wagen fertig ist.",
            "Möchte einen Termin für die Inspektion.",
            "Geräusch vorne links beim Bremsen.",
            "Fragt nach dem Preis für Bremsen vorn.",
            "Möchte den Termin um eine Woche verschieben.",
        ),
    ),
    (
        "phone",
        "out",
        (2, 7),
        (
            "Bescheid gegeben: Wagen ist fertig.",
            "Kosten für Zusatzarbeit abgesprochen, einverstanden.",
            "An die fällige HU erinnert, meldet sich.",
            "Nachgefragt, ob alles in Ordnung ist.",
        ),
    ),
    (
        "whatsapp",
        "in",
        (1, 4),
        ("Foto vom Kratzer geschickt.", "Fragt nach Öffnungszeiten am Samstag.", "Schickt den Fahrzeugschein."),
    ),
    ("whatsapp", "out", (1, 3), ("Foto der alten Bremsscheiben geschickt.", "Termin bestätigt.")),
    (
        "counter",
        "in",
        (3, 15),
        (
            "Wagen abgeholt, sehr zufrieden.",
            "Schaut sich Ganzjahresreifen an.",
            "Rechnung erklärt.",
            "Ersatzwagen zurückgegeben.",
            "Möchte beim nächsten Mal wieder denselben Mechaniker.",
        ),
    ),
    ("letter", "out", (4, 6), ("Erinnerung an den Räderwechsel.", "Gutschein für den Wintercheck.")),
)
COMPLAINTS = (
    ("quality_of_the_work", "Bremse quietscht nach der Reparatur immer noch."),
    ("delay", "Wagen war zum versprochenen Termin nicht fertig."),
    ("delay", "Eine Stunde auf die Abholung gewartet."),
    ("price_or_invoice", "Rechnung höher als der Kostenvoranschlag."),
    ("broken_promise", "Zugesagter Rückruf kam nicht."),
    ("friendliness", "Fühlte sich am Tresen abgefertigt."),
    ("reachability", "Dreimal angerufen, niemand erreicht."),
    ("quality_of_the_goods", "Wischer schmieren nach zwei Wochen."),
)
RETURN_REASONS = ("does_not_fit", "wrong_item", "defective", "no_longer_wanted", "ordered_twice", "goodwill")
REFERRALS = (
    "Hat uns der Schwester empfohlen.",
    "Nachbar kommt auf Empfehlung.",
    "Empfiehlt uns im Sportverein.",
    "Kollegin hat einen Termin gemacht.",
)

QUESTIONS = (
    ("Frage zum Angebot", "Ist die Arbeitszeit im Preis schon enthalten?"),
    ("Termin", "Könnte ich den Wagen schon am Vorabend bringen?"),
    ("Rechnung", "Bitte schicken Sie mir die Rechnung noch einmal als PDF."),
    ("Ersatzwagen", "Ich brauche für den Tag einen Ersatzwagen mit Automatik."),
    ("Reifen", "Welche Reifen empfehlen Sie für viel Autobahn?"),
)
ANSWERS = (
    "Guten Tag, ja, das geht gern so. Melden Sie sich einfach vorne am Tresen.",
    "Guten Tag, das ist im Preis enthalten. Ich habe es Ihnen notiert.",
    "Guten Tag, die Unterlagen hängen an. Bei Fragen rufen Sie bitte an.",
)
ENQUIRIES = (
    "Anfrage Inspektion",
    "Anfrage Zahnriemen",
    "Anfrage Standheizung",
    "Anfrage Anhängerkupplung",
    "Unfallschaden hinten rechts",
    "Wartungsvertrag Fuhrpark",
    "Anfrage Wallbox",
    "Reifen für drei Transporter",
    "Anfrage Klimaservice",
)
MEETINGS = ("Fuhrparkgespräch", "Probefahrt", "Schadenaufnahme", "Angebot besprechen", "Jahresgespräch")
FEEDBACK = {
    5: ("Schnell, freundlich, fairer Preis.", "Immer wieder gern.", "Alles bestens erklärt."),
    3: ("In Ordnung, hat aber gedauert.", "Passt."),
    1: ("Dreimal nachgefragt, bis etwas passierte.", "Teurer als angekündigt."),
}
