//! The contract of guilds: one suite, run on the service itself and through gRPC.

mod channels;
mod communities;
mod directs;
mod gated;
mod invites;
mod moderation;
mod roles;
mod stage;
mod wholes;

/// Runs each function of the suites, `async fn(Stage)`, locally and over gRPC, as tests of their own.
macro_rules! both_ways {
    ($($suite:ident::{$($test:ident),+ $(,)?}),+ $(,)?) => {
        mod local { $($(
            #[tokio::test]
            async fn $test() {
                crate::$suite::$test(crate::stage::local().await).await;
            }
        )+)+ }
        mod remote { $($(
            #[tokio::test]
            async fn $test() {
                crate::$suite::$test(crate::stage::remote().await).await;
            }
        )+)+ }
    };
}

both_ways!(
    communities::{
        a_guild_starts_with_its_owner_and_general,
        names_are_checked_by_field,
        an_outsider_sees_nothing_of_a_guild,
        a_member_may_look_but_not_manage,
        an_edit_is_told_to_the_guild,
        members_page_in_the_order_of_joining,
        who_leaves_is_told_and_sees_nothing_more,
        a_deleted_guild_is_told_to_everyone,
    },
    channels::{
        an_open_channel_is_told_to_the_guild,
        a_private_channel_is_hidden_from_everyone_else,
        a_list_opens_and_closes_a_private_channel,
        turning_private_and_open_again_changes_everyones_access,
        a_private_channel_goes_quietly,
        lists_are_for_members_only,
        the_last_channel_may_go,
    },
    invites::{
        an_invite_lets_people_in,
        an_invite_ends_by_time_and_by_use,
        unknown_codes_are_unknown,
        members_have_their_own_invites,
        terms_are_checked_by_field,
        a_hundred_guilds_are_enough,
    },
    directs::{
        a_direct_is_the_same_from_both_sides,
        a_direct_needs_somebody_else,
        nobody_manages_a_direct,
        who_shares_a_place_is_known_to_those_who_share_it,
        a_block_closes_the_direct_until_it_ends,
    },
    roles::{
        a_role_is_made_given_and_told,
        who_manages_roles_manages_those_below,
        a_channel_speaks_of_roles_and_people,
        a_channel_is_seen_as_somebody_else_sees_it,
        home_holds_what_the_caller_may_do,
        outsiders_and_members_manage_nothing,
    },
    moderation::{
        a_kick_takes_out_who_may_come_back,
        who_is_banned_stays_out,
        a_time_out_silences_until_it_ends_by_itself,
        members_are_called_as_the_guild_calls_them,
        every_act_is_noted,
        an_archive_has_what_one_did_and_erasing_takes_it_along,
        a_report_reaches_those_who_keep_order,
    },
    gated::{
        the_gate_hears_of_every_change,
        the_gate_hears_of_roles,
        the_gate_asks_once_while_nothing_changes,
    },
    wholes::{
        home_is_what_the_lists_say,
        home_and_the_events_after_it_miss_nothing,
        facts_are_what_the_gate_decides_from,
        streams_are_for_their_audience,
        a_snapshot_holds_everything,
        an_export_holds_what_is_the_persons,
        erasing_leaves_the_others_in_peace,
        who_leaves_for_good_passes_guilds_on_or_deletes_them,
    },
);
