//! The scripts in `guildhall/demo/`, and how they vary.
//!
//! ```text
//! $map = Lowmarsh | Karst Gate        a word that stays the same within a scene
//! == x5                               a scene that is played five times; `==` alone: once; `== ada+mei`: a direct
//! a: Anyone for ‹$map› ‹tonight¦now›? a to f are whoever is there; other names are those persons
//! b: ‹#tea?¦soup?›                    `#`: all of the scene's `#` choose alike, another one in each play
//! b^1: me!                            answers one line above
//! | and a second line of it
//! c: this is fun ~haha                others may react
//! ```

use ports::SeededRandom;
use std::collections::BTreeMap;

pub(super) struct Script {
    words: BTreeMap<String, Vec<String>>,
    pub(super) scenes: Vec<Scene>,
}

#[derive(Default)]
pub(super) struct Scene {
    pub(super) plays: u32,
    /// Whose direct it is in; empty for a channel's scene.
    pub(super) between: Vec<String>,
    pub(super) lines: Vec<Line>,
}

pub(super) struct Line {
    pub(super) speaker: String,
    /// How many lines above stands what this one answers.
    pub(super) answers: Option<usize>,
    pub(super) text: String,
    pub(super) mood: Option<Mood>,
}

/// How others react to a line.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Mood {
    Haha,
    Nice,
    Yes,
    Wow,
    Hello,
}

const MOODS: [(&str, Mood); 5] =
    [("haha", Mood::Haha), ("nice", Mood::Nice), ("yes", Mood::Yes), ("wow", Mood::Wow), ("hello", Mood::Hello)];

/// What is the same throughout one play of a scene.
pub(super) struct Words {
    chosen: BTreeMap<String, String>,
    /// Which play of its scene it is.
    turn: usize,
}

impl Script {
    /// Scenes without words of their own.
    pub(super) fn of(scenes: Vec<Scene>) -> Self {
        Self { words: BTreeMap::new(), scenes }
    }

    /// Reads a script; the error names its line.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut script = Self { words: BTreeMap::new(), scenes: Vec::new() };
        for (number, line) in text.lines().enumerate() {
            script.line(line).map_err(|why| format!("line {}: {why}: {line}", number + 1))?;
        }
        Ok(script)
    }

    fn line(&mut self, line: &str) -> Result<(), &'static str> {
        if line.is_empty() {
            return Ok(());
        }
        if let Some(word) = line.strip_prefix('$') {
            let (name, choices) = word.split_once(" = ").ok_or("a word without choices")?;
            self.words.insert(name.into(), choices.split(" | ").map(str::to_owned).collect());
            return Ok(());
        }
        if let Some(head) = line.strip_prefix("==") {
            self.scenes.push(scene(head.trim())?);
            return Ok(());
        }
        let scene = self.scenes.last_mut().ok_or("a line before the first scene")?;
        if let Some(more) = line.strip_prefix('|') {
            let last = scene.lines.last_mut().ok_or("nothing to go on with")?;
            last.text.push('\n');
            last.text.push_str(more.strip_prefix(' ').unwrap_or(more));
            return Ok(());
        }
        let spoken = spoken(line)?;
        if spoken.answers.is_some_and(|above| above == 0 || above > scene.lines.len()) {
            return Err("it answers a line that isn't there");
        }
        scene.lines.push(spoken);
        Ok(())
    }

    /// One choice for every word.
    pub(super) fn choose_words(&self, turn: usize, random: &SeededRandom) -> Words {
        let chosen = self.words.iter().map(|(name, choices)| (name.clone(), pick(random, choices).clone()));
        Words { chosen: chosen.collect(), turn }
    }
}

fn scene(head: &str) -> Result<Scene, &'static str> {
    if head.is_empty() {
        return Ok(Scene { plays: 1, ..Scene::default() });
    }
    if let Some((one, other)) = head.split_once('+') {
        return Ok(Scene { plays: 1, between: vec![one.into(), other.into()], lines: Vec::new() });
    }
    let plays = head.strip_prefix('x').and_then(|n| n.parse().ok()).ok_or("a scene is ==, == x5 or == one+other")?;
    Ok(Scene { plays, ..Scene::default() })
}

fn spoken(line: &str) -> Result<Line, &'static str> {
    let (head, text) = line.split_once(": ").ok_or("nobody speaks")?;
    let (speaker, answers) = match head.split_once('^') {
        Some((speaker, above)) => (speaker, Some(above.parse().map_err(|_| "^ needs a number")?)),
        None => (head, None),
    };
    if speaker.is_empty() || !speaker.bytes().all(|b| b.is_ascii_lowercase()) {
        return Err("a speaker is a letter or a name");
    }
    let mood = MOODS.iter().find_map(|(word, mood)| Some((text.strip_suffix(&format!(" ~{word}"))?, *mood)));
    let (text, mood) = mood.map_or((text, None), |(text, mood)| (text, Some(mood)));
    Ok(Line { speaker: speaker.into(), answers, text: text.into(), mood })
}

/// The text with its choices made: `‹one¦other›`, also within each other, and `‹$word›`.
pub(super) fn vary(text: &str, words: &Words, random: &SeededRandom) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('‹') {
        out.push_str(&rest[..start]);
        let inner = &rest[start + '‹'.len_utf8()..];
        let end = closing(inner);
        let chosen = match inner[..end].strip_prefix('#') {
            Some(together) => {
                let choices = choices(together);
                choices[words.turn % choices.len()]
            }
            None => pick(random, &choices(&inner[..end])),
        };
        match chosen.strip_prefix('$').and_then(|name| words.chosen.get(name)) {
            Some(word) => out.push_str(word),
            None => out.push_str(&vary(chosen, words, random)),
        }
        rest = inner[end..].strip_prefix('›').unwrap_or_default();
    }
    out.push_str(rest);
    out
}

/// Where the choice that has begun ends.
fn closing(inner: &str) -> usize {
    let mut depth = 0;
    for (at, c) in inner.char_indices() {
        match c {
            '‹' => depth += 1,
            '›' if depth == 0 => return at,
            '›' => depth -= 1,
            _ => {}
        }
    }
    inner.len()
}

fn choices(inner: &str) -> Vec<&str> {
    let (mut depth, mut from, mut found) = (0, 0, Vec::new());
    for (at, c) in inner.char_indices() {
        match c {
            '‹' => depth += 1,
            '›' => depth -= 1,
            '¦' if depth == 0 => {
                found.push(&inner[from..at]);
                from = at + c.len_utf8();
            }
            _ => {}
        }
    }
    found.push(&inner[from..]);
    found
}

pub(super) fn pick<'a, T>(random: &SeededRandom, list: &'a [T]) -> &'a T {
    &list[random.below(list.len() as u64) as usize]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_nest_and_words_stay() {
        let script =
            Script::parse("$w = x | y\n== x2\na: ‹$w› ‹a¦b ‹c¦d››! ~haha\nb^1: ‹$w›\n|  two").expect("a script");
        assert_eq!(script.scenes[0].plays, 2);
        let mut seen = std::collections::BTreeSet::new();
        for seed in 0..64 {
            let random = SeededRandom::new(seed);
            let words = script.choose_words(0, &random);
            let [first, second] = [0, 1].map(|i| vary(&script.scenes[0].lines[i].text, &words, &random));
            assert_eq!(second, format!("{}\n two", &first[..1]));
            seen.insert(first);
        }
        let all = ["x a!", "x b c!", "x b d!", "y a!", "y b c!", "y b d!"].map(str::to_owned);
        assert_eq!(seen, all.into());
    }

    #[test]
    fn what_belongs_together_is_chosen_together() {
        let script = Script::parse("== x2\na: ‹#tea¦soup›?\nb: ‹#hot¦thick›").expect("a script");
        let random = SeededRandom::new(1);
        let said = |turn, i: usize| vary(&script.scenes[0].lines[i].text, &script.choose_words(turn, &random), &random);
        assert_eq!(
            [said(0, 0), said(0, 1), said(1, 0), said(1, 1), said(2, 0)],
            ["tea?", "hot", "soup?", "thick", "tea?"]
        );
    }

    #[test]
    fn what_is_no_script_is_refused() {
        for bad in ["a: hi", "==\nhello", "== five\n", "==\na^1: hi", "==\nA: hi", "$x\n", "==\n| more"] {
            assert!(Script::parse(bad).is_err(), "{bad}");
        }
    }
}
