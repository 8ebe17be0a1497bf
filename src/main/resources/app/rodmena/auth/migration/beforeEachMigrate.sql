-- Applies to the transaction of each migration. A migration may take long, so it has no time limit. It waits for a
-- locked table only briefly, because later statements queue behind it; Migrations.java retries.
set local statement_timeout = 0;
set local lock_timeout = '3s';
