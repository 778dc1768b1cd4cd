"""The one statement that appends to the logs."""

from django.db import migrations

# Rooms are locked in the order of their ids, so two callers can never wait for each other in a circle.
APPEND = """
CREATE FUNCTION chat_append(
    trades bigint[], senders bigint[], ns integer[], prevs text[], hashes text[], bodies jsonb[],
    moment timestamptz, ended_before timestamptz
) RETURNS TABLE (outcome text, place integer) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    known record;
BEGIN
    INSERT INTO chat_chatlog (trade_id, head)
        SELECT t, 0 FROM (SELECT DISTINCT unnest(trades) AS t) AS asked
        WHERE NOT EXISTS (SELECT 1 FROM chat_chatlog WHERE trade_id = t) ORDER BY t
        ON CONFLICT DO NOTHING;
    PERFORM 1 FROM chat_chatlog WHERE trade_id = ANY (trades) ORDER BY trade_id FOR UPDATE;
    FOR i IN 1 .. cardinality(trades) LOOP
        SELECT m.seq, m.hash INTO known FROM chat_message m
            WHERE m.trade_id = trades[i] AND m.sender_id = senders[i] AND m.n = ns[i];
        IF FOUND THEN
            outcome := CASE known.hash WHEN hashes[i] THEN 'known' ELSE 'fork' END;
            place := known.seq;
            RETURN NEXT;
            CONTINUE;
        END IF;
        IF ns[i] > 1 THEN
            SELECT m.hash INTO known FROM chat_message m
                WHERE m.trade_id = trades[i] AND m.sender_id = senders[i] AND m.n = ns[i] - 1;
            IF NOT FOUND THEN
                outcome := 'gap';
                place := 1 + coalesce((SELECT max(m.n) FROM chat_message m
                    WHERE m.trade_id = trades[i] AND m.sender_id = senders[i]), 0);
                RETURN NEXT;
                CONTINUE;
            ELSIF known.hash <> prevs[i] THEN
                outcome := 'broken';
                place := 0;
                RETURN NEXT;
                CONTINUE;
            END IF;
        END IF;
        IF EXISTS (SELECT 1 FROM trades_trade t WHERE t.id = trades[i] AND t.finished_at < ended_before) THEN
            outcome := 'closed';
            place := 0;
            RETURN NEXT;
            CONTINUE;
        END IF;
        UPDATE chat_chatlog SET head = head + 1 WHERE trade_id = trades[i] RETURNING head INTO place;
        INSERT INTO chat_message (trade_id, seq, sender_id, n, hash, body, received_at)
            VALUES (trades[i], place, senders[i], ns[i], hashes[i], bodies[i], moment);
        outcome := 'new';
        RETURN NEXT;
    END LOOP;
END $$;
"""


class Migration(migrations.Migration):
    """The function `chat_append`."""

    dependencies = [("chat", "0001_initial"), ("trades", "0001_initial")]

    operations = [migrations.RunSQL(APPEND, "DROP FUNCTION chat_append")]
