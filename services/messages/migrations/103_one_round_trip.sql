-- PostgreSQL writes a whole group when it is asked once: every further question would hold the channels' heads for as long as it takes to
-- go there and back.
/*postgres
CREATE FUNCTION write_messages(
    channels BIGINT[], names TEXT[], authors BIGINT[], nonces BIGINT[], bodies BIGINT[], nonce_texts TEXT[],
    ids BIGINT[], texts TEXT[], replies BIGINT[], moments BIGINT[]
) RETURNS TABLE (
    place BIGINT, channel BIGINT, number BIGINT, id BIGINT, author BIGINT, text TEXT, reply_to BIGINT, sent_at BIGINT,
    deleted BOOLEAN, seq BIGINT, nonce BIGINT, body BIGINT
) LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
    -- Heads are locked first, by rising channel. A nonce belongs to its channel, so that nobody else can take one of the group's
    -- meanwhile, and what another transaction wrote is seen by the statement after this one.
    INSERT INTO heads (channel, number, last_message_at)
        SELECT DISTINCT g.channel, 0, 0 FROM unnest(channels) AS g (channel) ORDER BY g.channel
        ON CONFLICT (channel) DO NOTHING;
    PERFORM FROM heads h WHERE h.channel = ANY (channels) ORDER BY h.channel FOR UPDATE;
    RETURN QUERY
    WITH given AS (
        SELECT * FROM unnest(channels, names, authors, nonces, bodies, nonce_texts, ids, texts, replies, moments) WITH ORDINALITY
            AS g (channel, name, author, nonce, body, nonce_text, id, text, reply_to, sent_at, place)
    ), known AS (
        SELECT m.channel, m.number, m.id, m.author, m.text, m.reply_to, m.sent_at, m.deleted, m.seq, m.nonce, m.body
        FROM (SELECT DISTINCT g.author, g.channel, g.nonce FROM given g) AS g
        JOIN messages m ON m.author = g.author AND m.channel = g.channel AND m.nonce = g.nonce
    ), fresh AS (
        SELECT DISTINCT ON (g.author, g.channel, g.nonce) g.* FROM given g
        WHERE NOT EXISTS (
            SELECT FROM known k WHERE k.author = g.author AND k.channel = g.channel AND k.nonce = g.nonce
        ) ORDER BY g.author, g.channel, g.nonce, g.place
    ), ranked AS (
        SELECT f.*, row_number() OVER (PARTITION BY f.channel ORDER BY f.place) AS rank FROM fresh f
    ), grown AS (
        SELECT f.channel, f.name, count(*) AS count, max(f.sent_at) AS last_at FROM fresh f GROUP BY f.channel, f.name
    ), raised AS (
        UPDATE heads h SET number = h.number + g.count, last_message_at = g.last_at FROM grown g
        WHERE h.channel = g.channel RETURNING h.channel, h.number - g.count AS base
    ), advanced AS (
        INSERT INTO streams (name, seq, relayed) SELECT g.name, g.count, 0 FROM grown g ORDER BY g.name
        ON CONFLICT (name) DO UPDATE SET seq = streams.seq + excluded.seq RETURNING streams.name, streams.seq
    ), placed AS (
        SELECT r.*, h.base + r.rank AS number, s.seq - g.count + r.rank AS seq
        FROM ranked r JOIN grown g ON g.channel = r.channel JOIN raised h ON h.channel = r.channel JOIN advanced s ON s.name = r.name
    ), said AS (
        INSERT INTO messages
            (channel, number, id, author, text, reply_to, sent_at, deleted, seq, nonce, body, nonce_text)
        SELECT p.channel, p.number, p.id, p.author, p.text, p.reply_to, p.sent_at, FALSE, p.seq, p.nonce, p.body, p.nonce_text
        FROM placed p ORDER BY p.place
    ), marked AS (
        INSERT INTO markers (person, channel, number)
        SELECT p.author, p.channel, max(p.number) FROM placed p GROUP BY p.author, p.channel ORDER BY p.author, p.channel
        ON CONFLICT (person, channel) DO UPDATE SET number = excluded.number WHERE markers.number < excluded.number
    )
    -- What is new is there already, where it was asked from: its text needn't come back.
    SELECT p.place, p.channel, p.number, p.id, p.author, NULL::TEXT, p.reply_to, p.sent_at, FALSE, p.seq, p.nonce, p.body FROM placed p
    UNION ALL
    SELECT NULL::BIGINT, k.channel, k.number, k.id, k.author, k.text, k.reply_to, k.sent_at, k.deleted, k.seq, k.nonce, k.body FROM known k
    ORDER BY 1;
END $$;
*/
