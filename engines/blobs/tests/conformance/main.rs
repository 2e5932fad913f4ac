//! What every engine must do. The S3 server is a private instance: `tests/need-s3`.

mod blobs;
mod rig;
mod s3;
mod server;

macro_rules! suite {
    ($($module:ident: $rig:ty, $parts:ident { $($part:ident),+ $(,)? })+) => {
        $( mod $module {
            use crate::rig::Rig;
            $( #[tokio::test(flavor = "multi_thread")]
            async fn $part() {
                crate::$parts::$part(<$rig>::start().await).await;
            } )+
        } )+
    };
}

suite! {
    in_a_folder: crate::rig::Folder, blobs {
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
    in_a_bucket: crate::rig::Bucket, blobs {
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
    in_a_bucket_beside: crate::rig::Bucket, s3 {
        what_breaks_off_leaves_no_unfinished_upload,
        a_bucket_that_is_missing_is_named,
        a_folder_of_the_bucket_is_apart,
    }
    on_a_server_of_its_own: crate::rig::OwnServer, s3 {
        a_server_that_is_away_is_told_and_comes_back,
        a_server_that_hangs_holds_nobody_up_for_long,
        a_server_that_goes_in_the_middle_breaks_the_body_off,
    }
}
