//! What every engine must do.

mod blobs;
mod rig;

macro_rules! suite {
    ($($module:ident: $rig:ty { $($part:ident),+ $(,)? })+) => {
        $( mod $module {
            use crate::rig::Rig;
            $( #[tokio::test(flavor = "multi_thread")]
            async fn $part() {
                crate::blobs::$part(<$rig>::start().await).await;
            } )+
        } )+
    };
}

suite! {
    in_a_folder: crate::rig::Folder {
        what_was_put_is_got,
        a_range_is_a_part,
        what_is_absent_is_no_failure,
        the_last_put_wins_whole,
        a_body_that_breaks_off_changes_nothing,
        a_large_body_streams_both_ways,
        keys_are_listed_in_order_and_in_pages,
        a_prefix_goes_and_nothing_beside_it,
        many_write_at_once,
        who_reads_goes_on_while_it_is_replaced,
    }
}
