"""PostgreSQL: the pool, the migrations, and one module of typed queries per theme."""
