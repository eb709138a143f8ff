-- Whose case it is: who was asked first, else who took it in (R16); of a prefile who opened it. For her own lists.

alter table shown add column clerk text not null default '';
create index shown_clerk on shown (clerk, received_at, case_id) where clerk <> '';
alter table prefile add column clerk text not null default '';
create index prefile_clerk on prefile (clerk, touched) where clerk <> '';
