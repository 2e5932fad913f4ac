//! What the suites of the store act with.

use super::{Refusal, audit, channels, directs, guilds, invites, moderation, overwrites, reports, roles};
use crate::rules::roles::Rewrite;
use engine_sql::{Database, Ground, sqlx};
use guilds_contract::{Channel, ChannelKind, Guild, Invite, Member, Overwrite, Role, Target};
use kernel::{
    ChannelId, Committed, EventId, GuildId, NewEvent, RoleId, StreamName, Timestamp, UserId,
    permissions::{Permissions, Shift},
};
use std::sync::Arc;

pub(crate) const ADA: UserId = UserId(1);
pub(crate) const BOB: UserId = UserId(2);
pub(crate) const CID: UserId = UserId(3);

pub(crate) struct Scene {
    pub(crate) ground: Ground,
    pub(crate) guilds: Arc<dyn guilds::Store>,
    pub(crate) channels: Arc<dyn channels::Store>,
    pub(crate) invites: Arc<dyn invites::Store>,
    pub(crate) directs: Arc<dyn directs::Store>,
    pub(crate) roles: Arc<dyn roles::Store>,
    pub(crate) overwrites: Arc<dyn overwrites::Store>,
    pub(crate) moderation: Arc<dyn moderation::Store>,
    pub(crate) audit: Arc<dyn audit::Store>,
    pub(crate) reports: Arc<dyn reports::Store>,
}

impl Scene {
    pub(crate) fn new(ground: Ground) -> Arc<Self> {
        Arc::new(Self {
            guilds: guilds::open(&ground.database),
            channels: channels::open(&ground.database),
            invites: invites::open(&ground.database),
            directs: directs::open(&ground.database),
            roles: roles::open(&ground.database),
            overwrites: overwrites::open(&ground.database),
            moderation: moderation::open(&ground.database),
            audit: audit::open(&ground.database),
            reports: reports::open(&ground.database),
            ground,
        })
    }

    /// Runs `work` of 0 to `count` as much at the same time as the engine lets it: on connections that are open.
    pub(crate) async fn race<T, F>(self: &Arc<Self>, count: i64, work: impl Fn(Arc<Self>, i64) -> F) -> Vec<T>
    where
        T: Send + 'static,
        F: Future<Output = T> + Send + 'static,
    {
        let warm_up = |_| {
            let scene = self.clone();
            tokio::spawn(async move {
                for id in 0..20 {
                    scene.guilds.find(GuildId(id)).await.expect("find");
                }
            })
        };
        for task in (0..count).map(warm_up).collect::<Vec<_>>() {
            task.await.expect("ran");
        }
        let barrier = Arc::new(tokio::sync::Barrier::new(count as usize));
        let tasks = (0..count).map(|n| {
            let (barrier, work) = (barrier.clone(), work(self.clone(), n));
            tokio::spawn(async move {
                barrier.wait().await;
                work.await
            })
        });
        let mut answers = Vec::new();
        for task in tasks.collect::<Vec<_>>() {
            answers.push(task.await.expect("ran"));
        }
        answers
    }

    /// Runs SQL that makes many rows at once.
    pub(crate) async fn run(&self, sql: &'static str, guild: GuildId) {
        match &self.ground.database {
            Database::Sqlite(pools) => drop(sqlx::query(sql).bind(guild.0).execute(&pools.write).await.expect("SQL")),
            Database::Postgres(pools) => drop(sqlx::query(sql).bind(guild.0).execute(&pools.write).await.expect("SQL")),
        }
    }

    pub(crate) async fn try_guild(&self, owner: UserId) -> Result<Committed<Guild>, Refusal> {
        let ids = self.ground.mint.ids(2).await.expect("ids");
        let (id, created_at) = (GuildId(ids[0]), Timestamp(1_000));
        let guild = Guild { id, name: "Guild".into(), owner, member_count: 1, created_at, icon: None };
        let events = vec![self.event(StreamName::guild(id)), self.event(StreamName::user("guilds", owner))];
        self.guilds.create(guild, channel(id, ids[1], "general"), events).await.expect("works")
    }

    pub(crate) async fn guild(&self, owner: UserId) -> Guild {
        self.try_guild(owner).await.expect("made").value
    }

    pub(crate) async fn invite(&self, guild: GuildId, code: &str, max_uses: Option<i32>) -> Invite {
        let (code, created_at) = (code.to_owned(), Timestamp(5_000));
        let invite =
            Invite { code, guild, creator: ADA, created_at, expires_at: Some(Timestamp(9_000)), max_uses, uses: 0 };
        self.invites.create(invite, Vec::new()).await.expect("works").expect("made").value
    }

    pub(crate) async fn accept(
        &self,
        guild: GuildId,
        code: &str,
        user: UserId,
        at: i64,
    ) -> Result<Committed<Guild>, Refusal> {
        let new = Member::new(guild, user, Timestamp(at));
        let events = vec![self.event(StreamName::guild(guild)), self.event(StreamName::user("guilds", user))];
        self.guilds.accept(code, new, events).await.expect("works")
    }

    /// Lets `users` in, one millisecond after the other.
    pub(crate) async fn let_in(&self, guild: GuildId, users: &[UserId]) {
        let code = format!("door-{guild}-{}", users[0]);
        self.invite(guild, &code, None).await;
        for (at, user) in (6_000..).zip(users) {
            drop(self.accept(guild, &code, *user, at).await.expect("joined"));
        }
    }

    /// A channel after the others, told on its own stream.
    pub(crate) async fn channel(&self, guild: GuildId, private: bool, allowed: &[UserId]) -> Result<Channel, Refusal> {
        let id = self.ground.mint.id().await.expect("id");
        let new = Channel { private, ..channel(guild, id, "room") };
        let event = self.event(StreamName::channel(ChannelId(id)));
        let made = self.channels.create(guild, new, allowed.to_vec(), Box::new(|_| vec![event])).await.expect("works");
        made.map(|done| done.value)
    }

    /// What a channel says about a role or a person, as Ada would have it.
    pub(crate) async fn say(
        &self,
        guild: GuildId,
        channel: ChannelId,
        target: Target,
        shift: Shift,
    ) -> Result<Committed<Overwrite>, Refusal> {
        let event = self.event(StreamName::guild(guild));
        let set = Rewrite::Set(shift);
        let done = self.overwrites.rewrite(ADA, (guild, channel), target, set, 5, Box::new(|_| vec![event])).await;
        done.expect("works")
    }

    /// A role of Ada's making, below all others.
    pub(crate) async fn role(&self, guild: GuildId, permissions: Permissions) -> Role {
        let id = RoleId(self.ground.mint.id().await.expect("id"));
        let role = Role { id, guild, name: "Role".into(), color: None, hoisted: false, permissions, position: 1 };
        let event = self.event(StreamName::guild(guild));
        let made = self.roles.create(ADA, role, 9, Box::new(|_| vec![event])).await.expect("works");
        made.expect("made").value
    }

    /// `actor` gives a role.
    pub(crate) async fn give(&self, actor: UserId, role: &Role, user: UserId) -> Result<Committed<()>, Refusal> {
        let event = self.event(StreamName::guild(role.guild));
        self.roles.give(actor, (role.guild, role.id), user, Box::new(|_| vec![event])).await.expect("works")
    }

    pub(crate) fn event(&self, stream: StreamName) -> NewEvent {
        NewEvent::new(stream, EventId(1), Timestamp(0), "told", &())
    }

    pub(crate) async fn head(&self, stream: StreamName) -> i64 {
        self.ground.journal.difference(&stream, 0).await.expect("log").head
    }
}

fn channel(guild: GuildId, id: i64, name: &str) -> Channel {
    Channel {
        id: ChannelId(id),
        kind: ChannelKind::Text,
        guild: Some(guild),
        name: name.into(),
        topic: String::new(),
        private: false,
        position: 0,
        recipients: Vec::new(),
        created_at: Timestamp(1_000),
        slow_mode_seconds: 0,
    }
}
