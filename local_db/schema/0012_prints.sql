-- How a paper travels. state: waiting; sending (its bytes may be on their way: a kill in between is seen by this); unsure (it
-- may be out: a person says so); printed; dropped; replaced (printed again, marked, because nobody knew). printer: the one
-- that a person chose, empty: by its size. sent_to: where its bytes went. facts: of the reason, as JSON. settled_*: by a person.

alter table print_queue add column printer text not null default '';
alter table print_queue add column sent_to text not null default '';
alter table print_queue add column tried text not null default '';
alter table print_queue add column facts text not null default '{}';
alter table print_queue add column settled_by text not null default '';
alter table print_queue add column settled_at text not null default '';
alter table print_queue add column note text not null default '';
create index print_open on print_queue (id) where state in ('waiting', 'sending', 'unsure');
