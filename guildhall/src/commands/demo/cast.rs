//! Who is in the sample, and where they talk. What they say is in `guildhall/demo/`.

/// The person that a visitor signs in as, who runs the installation.
pub(super) const YOU: &str = "ada";

/// Everyone, by the name in the scripts.
pub(super) const PEOPLE: [(&str, &str); 16] = [
    ("ada", "Ada Lindqvist"),
    ("bruno", "Bruno Castellanos"),
    ("mei", "Mei Lin 林美"),
    ("yusuf", "Yusuf Demir"),
    ("noor", "Noor نور"),
    ("tomasz", "Tomasz Wójcik"),
    ("priya", "Priya Raghavan"),
    ("sam", "sam"),
    ("hanna", "Hanna Virtanen"),
    ("kofi", "Kofi Mensah"),
    ("lea", "Léa Moreau"),
    ("jun", "佐藤 潤"),
    ("dov", "Dov דב"),
    ("rosa", "Rosa Quintero"),
    ("finn", "Finn O'Hara"),
    ("olu", "Olu Adeyemi"),
];

pub(super) struct Guild {
    pub(super) name: &'static str,
    pub(super) owner: &'static str,
    /// Besides the owner, in the order of joining.
    pub(super) members: &'static [&'static str],
    pub(super) channels: &'static [Channel],
}

pub(super) struct Channel {
    pub(super) name: &'static str,
    pub(super) topic: &'static str,
    /// For a private channel: who may see it, besides the owner.
    pub(super) allowed: Option<&'static [&'static str]>,
    /// Whether the visitor finds something unread here.
    pub(super) unread: bool,
    pub(super) script: &'static str,
}

macro_rules! open {
    ($name:literal, $topic:literal, $file:literal $(, $unread:ident)?) => {
        Channel {
            name: $name,
            topic: $topic,
            allowed: None,
            unread: open!(@ $($unread)?),
            script: include_str!(concat!("../../../demo/", $file)),
        }
    };
    (@) => { false };
    (@ unread) => { true };
}

macro_rules! private {
    ($name:literal, $topic:literal, $file:literal, $allowed:expr) => {
        Channel {
            name: $name,
            topic: $topic,
            allowed: Some(&$allowed),
            unread: false,
            script: include_str!(concat!("../../../demo/", $file)),
        }
    };
}

/// Every guild begins with its channel `general`, which the first channel here becomes.
pub(super) const GUILDS: [Guild; 5] = [
    Guild {
        name: "Emberfall",
        owner: "bruno",
        members: &["hanna", "tomasz", "yusuf", "jun", "sam", "finn", "olu", "ada"],
        channels: &[
            open!("general", "The hearth. House rules are pinned in our hearts 🔥", "emberfall/general.txt", unread),
            open!("raids", "Tuesdays progress, Fridays farm, 19:30 sharp", "emberfall/raids.txt"),
            open!("builds", "Numbers, macros and strong feelings about haste", "emberfall/builds.txt"),
            open!("lfg", "Who goes where, and when", "emberfall/lfg.txt", unread),
            open!("off-topic", "Pets, dinners, frozen lakes", "emberfall/off-topic.txt"),
            private!("officers", "Bank, applications, surprises", "emberfall/officers.txt", ["hanna", "tomasz", "ada"]),
        ],
    },
    Guild {
        name: "Tidepool",
        owner: "ada",
        members: &["mei", "priya", "noor", "lea", "kofi", "olu", "finn", "rosa", "jun"],
        channels: &[
            open!(
                "general",
                "A tiny embeddable time-series store. Be curious, be specific, be kind",
                "tidepool/general.txt"
            ),
            open!("help", "Using it. Show the code and what you expected", "tidepool/help.txt", unread),
            open!("dev", "Changing it: proposals, reviews, the nightly fuzzer", "tidepool/dev.txt"),
            open!("releases", "What changed, and why you want it", "tidepool/releases.txt"),
            open!("design", "Docs, colours, the limpet", "tidepool/design.txt"),
            private!("security", "Reports are answered within a day", "tidepool/security.txt", ["mei", "noor"]),
        ],
    },
    Guild {
        name: "The Unreliable Narrators",
        owner: "lea",
        members: &["rosa", "dov", "noor", "priya", "ada", "jun"],
        channels: &[
            open!("lounge", "Opinions welcome, bookmarks optional", "narrators/lounge.txt"),
            open!(
                "this-months-book",
                "The Cartographer's Apology · spoilers under bars, please",
                "narrators/this-months-book.txt",
                unread
            ),
            open!("recommendations", "What to read when", "narrators/recommendations.txt"),
            open!("poetry", "Small ones, from anywhere, by anyone", "narrators/poetry.txt"),
            open!("logistics", "Thursdays at seven", "narrators/logistics.txt"),
        ],
    },
    Guild {
        name: "Harbour Street Makers",
        owner: "kofi",
        members: &["rosa", "finn", "hanna", "yusuf", "olu", "jun", "sam", "ada"],
        channels: &[
            open!("general", "Open 10–22 · the kettle is left of the lathe", "makers/general.txt"),
            open!("workshop", "Wood, metal, patience", "makers/workshop.txt", unread),
            open!("3d-printing", "Two printers, one of them in a good mood", "makers/3d-printing.txt"),
            open!("electronics", "It is the ground. It is always the ground", "makers/electronics.txt"),
            open!("lost-and-found", "The box is on the shelf by the door", "makers/lost-and-found.txt"),
            private!("board", "Rent, insurance, extinguishers", "makers/board.txt", ["rosa", "finn", "ada"]),
        ],
    },
    Guild {
        name: "Flat 3B",
        owner: "ada",
        members: &["sam", "lea", "tomasz"],
        channels: &[
            open!("kitchen", "Whose yoghurt is this", "flat/kitchen.txt", unread),
            open!("chores", "The dice have spoken", "flat/chores.txt"),
            open!("plants", "Gerald and friends 🪴", "flat/plants.txt"),
            open!("movie-night", "Sofa at eight", "flat/movie-night.txt"),
        ],
    },
];

/// Scenes between two people: `== ada+mei`.
pub(super) const DIRECTS: &str = include_str!("../../../demo/directs.txt");

pub(super) fn email(key: &str) -> String {
    format!("{key}@demo.example")
}
