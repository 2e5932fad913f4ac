//! Turns scripts into posts: who says what, when, in answer to what.

use super::script::{Line, Mood, Scene, Script, Words, pick, vary};
use kernel::Timestamp;
use ports::SeededRandom;
use std::collections::{BTreeMap, HashSet};

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
/// How many scenes a person misses who leaves.
const LAST_SCENES: usize = 4;
/// People sleep until then, in UTC.
const WAKE: i64 = 7 * HOUR;
/// Texts up to this length may be said again: "thanks!".
const SMALL_TALK_CHARS: usize = 30;

/// One message of the plan.
pub(super) struct Post {
    pub(super) at: Timestamp,
    pub(super) speaker: String,
    pub(super) text: String,
    /// The place in the plan of the message that it answers.
    pub(super) answers: Option<usize>,
}

/// What is still to be placed in time: milliseconds after the scene's first.
struct Played {
    after: i64,
    post: Post,
}

/// Plans one place's story between two moments, in rising order of time.
pub(super) struct Planner<'a> {
    pub(super) random: &'a SeededRandom,
    /// Who may take part, besides the names that a scene gives.
    pub(super) regulars: Vec<String>,
    pub(super) from: Timestamp,
    pub(super) until: Timestamp,
    said: HashSet<String>,
    reactions: BTreeMap<Mood, Vec<&'static str>>,
}

impl<'a> Planner<'a> {
    pub(super) fn new(random: &'a SeededRandom, regulars: Vec<String>, from: Timestamp, until: Timestamp) -> Self {
        Self { random, regulars, from, until, said: HashSet::new(), reactions: BTreeMap::new() }
    }

    /// The whole story. Whoever `leaves` takes no part in the last scenes, and so finds them unread.
    pub(super) fn plan(&mut self, script: &Script, leaves: Option<&str>) -> Vec<Post> {
        let order = self.order(&script.scenes);
        let last = order.len().saturating_sub(LAST_SCENES);
        let mut played: Vec<Vec<Played>> = Vec::new();
        for (i, (scene, turn)) in order.into_iter().enumerate() {
            if i == last {
                self.regulars.retain(|key| Some(key.as_str()) != leaves);
            }
            played.extend(self.play(script, scene, turn));
        }
        let lengths: Vec<i64> = played.iter().map(|scene| scene.last().map_or(0, |p| p.after) + MINUTE).collect();
        let starts = self.starts(&lengths);
        let mut posts: Vec<Post> = Vec::new();
        for (scene, start) in played.into_iter().zip(starts) {
            let first = posts.len();
            posts.extend(scene.into_iter().map(|Played { after, post }| Post {
                at: awake(self.from, start + after),
                answers: post.answers.map(|i| i + first),
                ..post
            }));
        }
        posts
    }

    /// Scenes that are told once keep their order; those that come again are mixed in between. With each its turn.
    fn order<'s>(&self, scenes: &'s [Scene]) -> Vec<(&'s Scene, usize)> {
        let mut order: Vec<(&Scene, usize)> = scenes.iter().filter(|s| s.plays == 1).map(|s| (s, 0)).collect();
        for scene in scenes.iter().filter(|s| s.plays > 1) {
            let first = self.random.below(100) as usize;
            for turn in 0..scene.plays as usize {
                // Never before the first: that is where the place is opened.
                let at = 1.min(order.len()) + self.random.below(order.len().max(1) as u64) as usize;
                order.insert(at.min(order.len()), (scene, first + turn));
            }
        }
        order
    }

    /// When each scene begins, in milliseconds of waking time: the first at once, the last shortly before the end.
    fn starts(&self, lengths: &[i64]) -> Vec<i64> {
        let span = waking(self.from, self.until);
        let free = (span - lengths.iter().sum::<i64>()).max(0);
        let weights: Vec<i64> = lengths.iter().map(|_| 1 + self.random.below(100) as i64).collect();
        let total: i64 = weights.iter().skip(1).sum::<i64>().max(1);
        let mut at = 0;
        let mut starts = Vec::with_capacity(lengths.len());
        for (i, length) in lengths.iter().enumerate() {
            at += if i == 0 { 0 } else { free * weights[i] / total };
            starts.push(at);
            at += length;
        }
        starts
    }

    /// Plays a scene; None when it would repeat what was said in this place before.
    fn play(&mut self, script: &Script, scene: &Scene, turn: usize) -> Option<Vec<Played>> {
        let words = script.choose_words(turn, self.random);
        let texts = scene.lines.iter().map(|line| self.text(line, &words)).collect::<Option<Vec<String>>>()?;
        let cast = self.cast(scene);
        let mut played: Vec<Played> = Vec::new();
        let mut places: Vec<Option<usize>> = Vec::new();
        let mut after = 0;
        for (line, text) in scene.lines.iter().zip(texts) {
            let speaker = cast.get(&line.speaker).unwrap_or(&line.speaker).clone();
            if text.is_empty() {
                places.push(None);
                continue;
            }
            after += self.pause(played.last().map(|p| p.post.speaker.as_str()), &speaker);
            let answers = line.answers.and_then(|above| places[places.len() - above]);
            places.push(Some(played.len()));
            played.push(Played { after, post: Post { at: self.from, speaker: speaker.clone(), text, answers } });
            if let Some(mood) = line.mood {
                after = self.react(mood, &speaker, &cast, after, &mut played);
            }
        }
        Some(played)
    }

    /// Who plays the letters of a scene: different people, none of whom the scene names.
    fn cast(&self, scene: &Scene) -> BTreeMap<String, String> {
        let named = |key: &String| scene.lines.iter().any(|line| line.speaker == *key);
        let mut free: Vec<&String> = self.regulars.iter().filter(|key| !named(key)).collect();
        let mut cast = BTreeMap::new();
        for line in scene.lines.iter().filter(|line| line.speaker.len() == 1) {
            if !cast.contains_key(&line.speaker) && !free.is_empty() {
                let chosen = free.remove(self.random.below(free.len() as u64) as usize);
                cast.insert(line.speaker.clone(), chosen.clone());
            }
        }
        cast
    }

    /// A line with its choices made, unless this place has heard all of it before.
    fn text(&mut self, line: &Line, words: &Words) -> Option<String> {
        (0..40).find_map(|_| {
            let text = vary(&line.text, words, self.random).trim().to_owned();
            let new = text.chars().count() <= SMALL_TALK_CHARS || self.said.insert(text.clone());
            new.then_some(text)
        })
    }

    /// Few or none of the others say something short.
    fn react(
        &mut self,
        mood: Mood,
        to: &str,
        cast: &BTreeMap<String, String>,
        mut after: i64,
        played: &mut Vec<Played>,
    ) -> i64 {
        let mut others: Vec<String> = self.regulars.iter().filter(|key| *key != to).cloned().collect();
        others.sort_by_key(|key| !cast.values().any(|c| c == key));
        for _ in 0..*pick(self.random, &[0, 0, 1, 1, 1, 2, 2, 3]) {
            if others.is_empty() {
                break;
            }
            let speaker = others.remove(self.random.below(others.len() as u64) as usize);
            let bag = self.reactions.entry(mood).or_default();
            if bag.is_empty() {
                bag.extend(reactions(mood));
            }
            let text = bag.remove(self.random.below(bag.len() as u64) as usize);
            let text = own_words(&speaker, mood).filter(|_| self.random.below(2) == 0).unwrap_or(text).to_owned();
            after += 4 * SECOND + self.random.below(40) as i64 * SECOND;
            played.push(Played { after, post: Post { at: self.from, speaker, text, answers: None } });
        }
        after
    }

    /// How long it takes until the next line, in milliseconds: bursts by one person, sometimes a long silence.
    fn pause(&self, last: Option<&str>, next: &str) -> i64 {
        let seconds = match last {
            None => 0,
            Some(last) if last == next => 3 + self.random.below(14),
            Some(_) if self.random.below(18) == 0 => 300 + self.random.below(1_200),
            Some(_) => 9 + self.random.below(95),
        };
        seconds as i64 * SECOND + self.random.below(1_000) as i64
    }
}

/// The milliseconds between two moments in which people are awake.
fn waking(from: Timestamp, until: Timestamp) -> i64 {
    let whole = |t: i64| t.div_euclid(DAY) * (DAY - WAKE) + (t.rem_euclid(DAY) - WAKE).max(0);
    (whole(until.0) - whole(from.0)).max(0)
}

/// The moment that comes so many waking milliseconds after `from`.
fn awake(from: Timestamp, after: i64) -> Timestamp {
    let day = from.0.div_euclid(DAY);
    let so_far = (from.0.rem_euclid(DAY) - WAKE).max(0) + after;
    let (days, rest) = (so_far.div_euclid(DAY - WAKE), so_far.rem_euclid(DAY - WAKE));
    Timestamp((day + days) * DAY + WAKE + rest)
}

fn reactions(mood: Mood) -> &'static [&'static str] {
    match mood {
        Mood::Haha => &[
            "😂",
            "lol",
            "hahaha",
            "💀",
            "I can't",
            "ha!",
            "🤣🤣",
            "dying",
            "stop it 😄",
            "why is this so true",
            "crying",
            "xD",
            "screenshotting this",
            "my tea is on the keyboard now",
            "😹",
            "poetry",
            "I'm telling everyone",
            "incredible",
            "lmao",
            "this is going in the guestbook",
            "oh no 😂",
        ],
        Mood::Nice => &[
            "👏",
            "so good",
            "nice!!",
            "🎉",
            "gz",
            "beautiful",
            "well done!",
            "love it",
            "🔥",
            "bravo",
            "that's lovely",
            "wow, clean",
            "✨",
            "proud of you",
            "W",
            "respect",
        ],
        Mood::Yes => &[
            "+1",
            "this",
            "yes please",
            "agreed",
            "👍",
            "same",
            "100 %",
            "seconded",
            "yes yes yes",
            "so much this",
            "count me in",
            "✅",
            "absolutely",
        ],
        Mood::Wow => &[
            "wow",
            "what!",
            "😮",
            "no way",
            "oh!",
            "excuse me?",
            "goosebumps",
            "🤯",
            "wait, really?",
            "I need to sit down",
            "ok that's amazing",
            "!!!",
        ],
        Mood::Hello => &["hi!", "hello 👋", "hey all", "o/", "👋👋", "here!", "made it", "good to be here", "waves"],
    }
}

/// What only this person would say.
fn own_words(key: &str, mood: Mood) -> Option<&'static str> {
    Some(match (key, mood) {
        ("bruno", Mood::Haha) => "jajaja",
        ("bruno", Mood::Nice) => "¡qué bien!",
        ("hanna", Mood::Hello) => "hei!",
        ("jun", Mood::Haha) => "草",
        ("jun", Mood::Nice) => "おめでとう！",
        ("jun", Mood::Yes) => "賛成",
        ("jun", Mood::Wow) => "すごい",
        ("lea", Mood::Haha) => "mdr",
        ("lea", Mood::Nice) => "chapeau",
        ("lea", Mood::Hello) => "salut !",
        ("mei", Mood::Haha) => "哈哈哈",
        ("mei", Mood::Nice) => "棒！",
        ("noor", Mood::Haha) => "ههههه",
        ("rosa", Mood::Haha) => "jajaja",
        ("rosa", Mood::Yes) => "sí",
        ("tomasz", Mood::Yes) => "tak",
        ("tomasz", Mood::Hello) => "cześć!",
        ("yusuf", Mood::Wow) => "vay canına",
        ("yusuf", Mood::Hello) => "merhaba",
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
