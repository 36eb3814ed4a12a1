# Builds the program and puts it into a small image. There is no PostgreSQL inside: name a database with DATABASE_URL or
# DATABASE_URL_FILE (docker-compose.yml does), and keep /data, which holds the keys.

FROM rust:1.95-bookworm AS build
WORKDIR /src
COPY . .
# SQLX_OFFLINE is set in .cargo/config.toml: the build asks no database.
RUN cargo build --release --locked --bin clinic-cms

# The same Debian as above, so that the C library fits.
FROM debian:bookworm-slim
RUN groupadd --gid 10001 clinic \
    && useradd --uid 10001 --gid clinic --create-home --shell /usr/sbin/nologin clinic \
    && install -d -o clinic -g clinic -m 0700 /data
COPY --from=build /src/target/release/clinic-cms /usr/local/bin/clinic-cms
COPY --from=build /src/LICENSE /src/LICENSE-APACHE /src/LICENSE-MIT /usr/share/doc/clinic-cms/
ENV CMS_LISTEN=0.0.0.0:8080 \
    CMS_DATA_DIR=/data \
    CMS_LOG_FORMAT=json
USER clinic
WORKDIR /home/clinic
VOLUME /data
EXPOSE 8080
# Asks /readyz of the address in CMS_LISTEN; the five seconds of its own limit are within the six.
HEALTHCHECK --interval=15s --timeout=6s --start-period=30s --retries=3 CMD ["clinic-cms", "healthcheck"]
ENTRYPOINT ["clinic-cms"]
CMD ["serve"]
