# The commands people use, the same that .ci/run runs. `just` alone lists them; without `just`, copy the line.

[private]
default:
    @just --list

# Serve the API on 127.0.0.1:8080, with a PostgreSQL of its own in ./data
run *arguments:
    cargo run -- serve {{ arguments }}

# The same with a demo clinic; prints an owner's credentials once
demo *arguments:
    cargo run -- serve --demo {{ arguments }}

# Every test
test *arguments:
    cargo test {{ arguments }}

# What takes Node and the npm registry: single sign-on against a real identity provider
test-long *arguments:
    cargo test --test program {{ arguments }} -- --ignored

# Lints, as strict as they land
lint:
    cargo clippy --all-targets --locked -- -D warnings

# Format the sources
fmt:
    cargo fmt

# Licences, banned crates and sources of the dependencies
deny:
    cargo deny check licenses bans sources

# Ask a throw-away PostgreSQL about every checked query and write .sqlx
sqlx *arguments:
    scripts/sqlx-prepare {{ arguments }}

# The benchmark of docs/PERFORMANCE.md
bench *arguments:
    cargo measure {{ arguments }}

# The benchmark of signing in: what the time of an answer tells, and what a flood costs
bench-sign-in *arguments:
    cargo measure-sign-in {{ arguments }}

# Print the OpenAPI document
openapi:
    @cargo run --quiet -- openapi

# Everything that has to hold before a change lands
ci *checks:
    .ci/run {{ checks }}
