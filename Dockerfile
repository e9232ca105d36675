# Built in two stages: the image that runs holds one static binary, certificates, and a user who is not root.
FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=unknown
RUN CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X osusume/internal/app.version=${VERSION}" -o /out/osusume ./cmd/osusume \
 && mkdir -p /out/data

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /out/osusume /osusume
# The embedded database and its master key live here; mount a volume over it.
COPY --from=build --chown=65532:65532 /out/data /data
USER 65532:65532
WORKDIR /data
VOLUME /data
# Inside a container, loopback is nobody: whoever wants metrics says where, and keeps the port private.
ENV DATABASE_URL=sqlite:/data/osusume.db OSUSUME_METRICS_ADDR=
EXPOSE 8080
# The image has no shell and no curl, so the program asks itself.
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s CMD ["/osusume", "serve", "--check"]
ENTRYPOINT ["/osusume"]
CMD ["serve"]
