// Several processes make ids in one database: each under a number that it holds for a while, by the database's clock.

const LEASE_MS: i64 = crate::mint::LEASE.as_millis() as i64;
const NOW_MS: &str = "(EXTRACT(EPOCH FROM clock_timestamp()) * 1000)::BIGINT";

impl SqlStore {
    async fn take_node(&self, holder: i64) -> crate::Result<Option<u16>> {
        // Two that take the same free number at once: the second finds it taken, and looks again.
        for _ in 0..8 {
            let mut take = QueryBuilder::<Db>::new("INSERT INTO nodes (node, holder, until_ms) SELECT n, ");
            take.push_bind(holder).push(", ").push(NOW_MS).push(" + ").push_bind(LEASE_MS);
            take.push(" FROM generate_series(0, 1023) AS n WHERE NOT EXISTS (SELECT 1 FROM nodes WHERE node = n AND until_ms > ");
            take.push(NOW_MS).push(") ORDER BY n LIMIT 1 ON CONFLICT (node) DO UPDATE SET holder = excluded.holder, ");
            take.push("until_ms = excluded.until_ms WHERE nodes.until_ms <= ").push(NOW_MS).push(" RETURNING node");
            let taken: Option<i64> = take.build_query_scalar().fetch_optional(&self.pools.write).await?;
            if let Some(node) = taken {
                return Ok(u16::try_from(node).ok());
            }
        }
        Ok(None)
    }

    async fn prolong_node(&self, holder: i64, node: u16) -> crate::Result<bool> {
        let mut prolong = QueryBuilder::<Db>::new("UPDATE nodes SET until_ms = ");
        prolong.push(NOW_MS).push(" + ").push_bind(LEASE_MS).push(" WHERE node = ").push_bind(i64::from(node));
        prolong.push(" AND holder = ").push_bind(holder);
        Ok(prolong.build().execute(&self.pools.write).await?.rows_affected() == 1)
    }
}
