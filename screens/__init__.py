"""What the clerk sees: one screen or widget per module. Screens talk to a `Desk`, never to SQL or HTTP."""
