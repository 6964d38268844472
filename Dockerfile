# The service as an image: one static program on nothing else, and not root.
#   docker build --build-arg REVISION="$(git rev-parse HEAD)" -t peerchallenge .
FROM golang:1.26.8 AS build
WORKDIR /src
# The modules first: they change less often than the code.
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -ldflags='-s -w' -o /peerchallenge ./cmd/peerchallenge && mkdir /empty

# An empty image: the program brings its time zones, documentation and data, and
# asks the system for nothing but the certificates that issuers' addresses need.
FROM scratch
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Peer Challenge & Review" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.revision="$REVISION"
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /peerchallenge /peerchallenge
# For what slow readers of whole lists have not taken (PEERCHALLENGE_SPOOL_DIR).
COPY --from=build --chown=65532:65532 /empty /tmp
COPY LICENSE pkg/seed/data/ATTRIBUTION.md /licences/
USER 65532:65532
EXPOSE 8080
ENV PEERCHALLENGE_ADDR=0.0.0.0:8080
# A HEALTHCHECK would need a program that asks, and there is no other here. Probe
# from outside, without a token: GET /healthz says that the process lives, GET
# /readyz that it can answer (the database is reachable and migrated).
ENTRYPOINT ["/peerchallenge"]
CMD ["serve"]
