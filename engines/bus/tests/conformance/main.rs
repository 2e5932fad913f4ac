//! What every engine of a port must do. Each engine runs the parts that its row lists; brokers are private instances
//! that a test starts, kills and starts again. A broker that isn't installed fails its tests: `tests/need`.

mod broker;
mod bus;
mod fanout;
mod rig;
mod wait;

macro_rules! suite {
    ($($module:ident: $rig:ty, $port:ident { $($part:ident),+ $(,)? })+) => {
        $( mod $module {
            use crate::rig::Rig;
            $( #[tokio::test(flavor = "multi_thread")]
            async fn $part() {
                crate::$port::$part(<$rig>::start().await).await;
            } )+
        } )+
    };
}

suite! {
    fanout_in_memory: crate::rig::Memory, fanout {
        who_subscribes_hears_until_the_end,
        topics_are_apart,
    }
    fanout_on_nats: crate::rig::Nats, fanout {
        who_subscribes_hears_until_the_end,
        topics_are_apart,
        nodes_hear_each_other_once_and_in_order,
        topics_without_sinks_cost_nothing,
        a_persons_streams_share_a_line,
        a_broker_that_is_away_blocks_nobody_and_comes_back,
        a_broker_that_hangs_blocks_nobody_and_comes_back,
    }
    fanout_on_redis: crate::rig::Redis, fanout {
        who_subscribes_hears_until_the_end,
        topics_are_apart,
        nodes_hear_each_other_once_and_in_order,
        topics_without_sinks_cost_nothing,
        a_persons_streams_share_a_line,
        a_broker_that_is_away_blocks_nobody_and_comes_back,
        a_broker_that_hangs_blocks_nobody_and_comes_back,
    }
    bus_in_memory: crate::rig::Memory, bus {
        a_bell_reaches_every_follower,
        a_failing_follower_hears_it_again_and_stops_nobody,
    }
    bus_on_nats: crate::rig::Nats, bus {
        a_bell_reaches_every_follower,
        a_failing_follower_hears_it_again_and_stops_nobody,
        bells_wait_for_a_follower_that_is_away,
        nodes_share_a_follower,
        a_stream_that_hangs_stops_no_other,
        bells_fail_without_a_broker_and_ring_again_with_it,
        bells_fail_while_the_broker_hangs,
    }
    bus_on_rabbitmq: crate::rig::SharedRabbit, bus {
        a_bell_reaches_every_follower,
        a_failing_follower_hears_it_again_and_stops_nobody,
        nodes_share_a_follower,
        a_stream_that_hangs_stops_no_other,
    }
    bus_on_own_rabbitmq: crate::rig::Rabbit, bus {
        bells_wait_for_a_follower_that_is_away,
        bells_fail_without_a_broker_and_ring_again_with_it,
        bells_fail_while_the_broker_hangs,
    }
}
