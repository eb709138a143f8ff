-- Queues in the order of their urgency: by the clocks beside each open step, from an index.

-- name: clocks_at
-- How many open steps wait at a post under each text of clocks.
select terms, count(*) from place indexed by place_urgent where post = ? group by terms

-- name: queue_of
-- What waits at one post under one text of clocks, oldest first, those after a key.
select p.received_at, p.case_id, p.step, s.number, s.item, s.module, s.state, s.applicant_name, s.applicant_id,
    s.body
from place p indexed by place_urgent join shown s on s.case_id = p.case_id
where p.post = ?1 and p.terms = ?2 and (p.received_at, p.case_id, p.step) > (?3, ?4, ?5)
order by p.received_at, p.case_id, p.step limit ?6
