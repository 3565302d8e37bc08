"""`dauys bench cluster`: several real bots on one real PostgreSQL, killed, stopped and cut off."""
