-- Open cases by applicant and item: those that were taken in twice are found without looking at what has ended.
create index shown_open on shown (applicant_id, item) where applicant_id <> '' and state in (
    'received', 'awaiting_supplement', 'supplement_partly', 'accepted', 'suspended', 'forwarded', 'decided',
    'certified', 'delivered'
);
