# The images of the worker and of the starter: one static binary each, no shell,
# no root.
#
#   docker build --target worker --tag herald-worker:0.1.0 .
#   docker build --target starter --tag herald-starter:0.1.0 .

FROM golang:1.26.8-alpine3.23 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN --mount=type=cache,target=/go/pkg/mod \
    go mod download
COPY . .
# timetzdata: the images have no zone files.
RUN --mount=type=cache,target=/go/pkg/mod \
    --mount=type=cache,target=/root/.cache/go-build \
    CGO_ENABLED=0 go build -trimpath -ldflags="-s -w" -tags=timetzdata -o /out/ ./worker ./starter
# A volume takes the owner of the folder that it is mounted over.
RUN mkdir /data && chown 65532:65532 /data

# Only for a static wget, which asks the worker how it is.
FROM busybox:1.37.0-musl AS tools

FROM scratch AS base
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
USER 65532:65532

FROM base AS starter
COPY --from=build /out/starter /starter
ENTRYPOINT ["/starter"]

FROM base AS worker
COPY --from=tools /bin/busybox /bin/wget
COPY --from=build /data /data
COPY --from=build /out/worker /worker
ENV HERALD_DATA_DIR=/data \
    HERALD_HEALTH_ADDRESS=0.0.0.0:8080
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=5s --timeout=3s --start-period=10s --retries=12 \
    CMD ["/bin/wget", "-q", "-O", "/dev/null", "http://127.0.0.1:8080/healthz"]
ENTRYPOINT ["/worker"]
