-- Two logs of one epoch are told apart by their chains (S25).

-- Places of a terminal's log of an older epoch with their chains, newest first, as JSON; empty where an older program
-- wrote the row.
alter table rejoined add column points text not null default '';

-- Logs of several epochs share their beginning: places are looked for by their number and told apart by the chain.
create index lost_seq on lost (seq);

-- What was written down as lost: a window that proves a loss later is not told twice of the same places.
create table gap (
  epoch integer not null,
  first integer not null,
  last integer not null,
  primary key (epoch, first, last)
) strict, without rowid;
insert or ignore into gap
select json_extract(cast(bytes as text), '$.fact.body.epoch'), json_extract(cast(bytes as text), '$.fact.body.first'),
  json_extract(cast(bytes as text), '$.fact.body.last')
from log where kind = 'fact' and case_id = '' and scope = 'hall' and instr(bytes, cast('"type":"gap"' as blob)) > 0
  and json_extract(cast(bytes as text), '$.fact.type') = 'gap';
