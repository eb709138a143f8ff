-- Which boot of which machine last met the hall, as the machine names it; empty where it names none (S29). Both its clocks
-- begin anew where the battery is empty, and would say of any boot that it is the one of then.
-- Expand only. An older program leaves the name as it is: then no boot is taken for that one before the next contact.

alter table standing add column contact_boot text not null default '';
