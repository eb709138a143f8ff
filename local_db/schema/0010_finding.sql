-- A case is found by the end of its number, and by its item, without looking through all of them.
create index shown_end on shown (substr(number, -6), number);
create index shown_item on shown (item, received_at, case_id);
