import { type Kysely, sql } from 'kysely'

/**
 * Appends to the audit trail in one statement (bot/audit/trail.ts): whoever holds the lock of the chain waits for no program, however
 * busy that is. The hash is that of bot/audit/chain.ts. What had to wait for the lock is dated when it got it, so that moments do not
 * go back in the chain by that; the lock is the same as before, so releases may differ between replicas.
 */
export async function up(database: Kysely<unknown>): Promise<void> {
  await sql.raw(appendToAudit).execute(database)
}

const appendToAudit = `
  create function append_to_audit(events text[], moments timestamptz[]) returns setof audit language plpgsql as $$
  declare
    began timestamptz := clock_timestamp();
    waited interval;
    last_seq bigint;
    last_hash text;
    one record;
    written audit%rowtype;
  begin
    if current_setting('transaction_isolation') <> 'read committed' then
      raise exception 'the audit trail is appended to in transactions that are read committed, not %',
        current_setting('transaction_isolation');
    end if;
    perform set_config('lock_timeout', '5s', true), pg_advisory_xact_lock(4817201126);
    waited := date_trunc('milliseconds', clock_timestamp() - began);
    if waited < interval '10 milliseconds' then
      waited := interval '0';
    end if;
    -- A statement of its own sees everything the last holder of the lock committed.
    select seq, hash into last_seq, last_hash from audit order by seq desc limit 1;
    last_seq := coalesce(last_seq, 0);
    last_hash := coalesce(last_hash, repeat('0', 64));
    for one in
      select canonical, canonical::jsonb as content, moment + waited as moment
      from unnest(events, moments) with ordinality as given (canonical, moment, nth) order by nth
    loop
      if one.content ->> 'operationId' is not null then
        select * into written from audit
        where event ->> 'operationId' = one.content ->> 'operationId' and event ->> 'kind' = one.content ->> 'kind';
        if found then
          return next written;
          continue;
        end if;
        -- Whoever stood still while others brought an operation to its end begins it no more.
        if one.content ->> 'kind' = 'intent' and exists (select from audit
          where event ->> 'operationId' = one.content ->> 'operationId' and event ->> 'kind' = 'outcome') then
          written := null;
          return next written;
          continue;
        end if;
      end if;
      insert into audit (seq, at, event, previous_hash, hash)
      values (last_seq + 1, one.moment, one.content, last_hash, encode(sha256(convert_to(
        last_hash || E'\\n' || (last_seq + 1) || E'\\n' ||
        to_char(one.moment at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') || E'\\n' || one.canonical, 'UTF8')), 'hex'))
      returning * into written;
      last_seq := written.seq;
      last_hash := written.hash;
      return next written;
    end loop;
  end $$`
