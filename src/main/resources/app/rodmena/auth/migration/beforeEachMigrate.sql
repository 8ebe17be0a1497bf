-- In the transaction of each migration, and gone with it. A migration may take long, so nothing cancels it; but it waits
-- for a locked table only briefly, because whoever comes after it would wait behind it. Migrations.java tries again.
set local statement_timeout = 0;
set local lock_timeout = '3s';
