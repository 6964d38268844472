# The service as an image: one static program on nothing else, and not root.
#   docker build --build-arg REVISION="$(git rev-parse HEAD)" -t peerchallenge .
# GO_IMAGE takes a digest too, for who must know what built it: golang:1.26.8@sha256:...
ARG GO_IMAGE=golang:1.26.8
FROM ${GO_IMAGE} AS build
WORKDIR /src
# The modules first: they change less often than the code.
COPY go.mod go.sum ./
RUN --mount=type=cache,target=/go/pkg/mod go mod download && go mod verify
COPY . .
ARG REVISION=unknown
# The caches outlive the build. The program is the same with and without them.
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/root/.cache/go-build \
    CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags="-s -w -X main.revision=$REVISION" -o /peerchallenge ./cmd/peerchallenge && mkdir /empty

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
# Whether the process lives: a system that replaces what is unhealthy would mend
# nothing while it is the database that is away. GET /readyz, and health without
# --live, say whether it can answer.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s CMD ["/peerchallenge", "health", "--live"]
ENTRYPOINT ["/peerchallenge"]
CMD ["serve"]
