-- Acceptances by the timer that are provisional are looked through whenever the terminals have reported (S30).

create index timer_kind on timer (kind, due);
