-- Open cases by applicant and item: those that were taken in twice are found without looking at what has ended, and
-- with the state in it the index alone answers: no row with its case is read.
create index shown_open on shown (applicant_id, item, state) where applicant_id <> '' and state in (
    'received', 'awaiting_supplement', 'supplement_partly', 'accepted', 'suspended', 'forwarded', 'decided',
    'certified', 'delivered'
);
