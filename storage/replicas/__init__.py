"""Several bots on one database: who leads, who has an update in hand, who may send how much. PostgreSQL alone; on
SQLite one bot is all there is, and `Alone` says so."""
