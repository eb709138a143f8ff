-- Which clocks run, beside each open step: a queue is put in order by them from an index, and reads no case for that.
-- Expand only. What is not measured yet (0011) has none, and stands last until it is.

alter table place add column terms text not null default '';
update place set terms = coalesce((select s.terms from shown s where s.case_id = place.case_id), '');
create index place_urgent on place (post, terms, received_at, case_id, step);
