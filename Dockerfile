# Debian 12 throughout, so that the addon runs wherever glibc is 2.34 or later. NODE may be 22 or 24.
#
# docker build --platform linux/arm64 . makes the image for another kind of machine: what compiles, installs or tests runs on this one
# ($BUILDPLATFORM), with a cross compiler; of the other one are only the stages that files are copied into. That needs BuildKit.
#
#   toolchain -> sources -> a stage for each library -> opencv     change rarely: a change of our code rebuilds none of them
#   packages  -> javascript, and build -> test -> runtime          what `docker build .` gives is the last
ARG NODE=24

FROM --platform=$BUILDPLATFORM debian:bookworm-slim AS toolchain
RUN apt-get update \
 && apt-get install -y --no-install-recommends bzip2 cmake g++ make nasm ninja-build patch pkg-config protobuf-compiler python3 xz-utils \
 && rm -rf /var/lib/apt/lists/*
ENV SOURCES=/sources PREFIX=/opt/static
WORKDIR /static

FROM toolchain AS sources
COPY native/static/sources.sh .
ARG ALLOW_OLDER=1
RUN ./sources.sh zlib libjpeg-turbo libpng1.6 libwebp tiff protobuf highway opencv

FROM toolchain AS library
ARG TARGETARCH
ENV TARGETARCH=$TARGETARCH
COPY native/static/install-compiler.sh .
RUN ./install-compiler.sh
COPY native/static/build.sh native/static/cross.cmake ./

FROM library AS zlib
COPY --from=sources /sources/zlib /sources/zlib
RUN ./build.sh zlib

FROM library AS libjpeg-turbo
COPY --from=sources /sources/libjpeg-turbo /sources/libjpeg-turbo
COPY native/static/libjpeg-turbo.cmake .
RUN ./build.sh libjpeg-turbo

FROM library AS libpng16
COPY --from=sources /sources/libpng1.6 /sources/libpng1.6
COPY native/static/libpng1.6.cmake .
COPY --from=zlib /opt/static /opt/static
RUN ./build.sh libpng1.6

FROM library AS libwebp
COPY --from=sources /sources/libwebp /sources/libwebp
COPY native/static/libwebp.cmake .
RUN ./build.sh libwebp

FROM library AS tiff
COPY --from=sources /sources/tiff /sources/tiff
COPY native/static/tiff.cmake .
COPY --from=zlib /opt/static /opt/static
COPY --from=libjpeg-turbo /opt/static /opt/static
RUN ./build.sh tiff

FROM library AS protobuf
COPY --from=sources /sources/protobuf /sources/protobuf
COPY native/static/protobuf.cmake native/static/leave-out.cmake ./
RUN ./build.sh protobuf

FROM library AS highway
COPY --from=sources /sources/highway /sources/highway
COPY native/static/highway.cmake .
RUN ./build.sh highway

FROM library AS opencv
COPY --from=sources /sources/opencv /sources/opencv
COPY native/static/opencv.cmake native/static/leave-out.cmake ./
COPY --from=zlib /opt/static /opt/static
COPY --from=libjpeg-turbo /opt/static /opt/static
COPY --from=libpng16 /opt/static /opt/static
COPY --from=libwebp /opt/static /opt/static
COPY --from=tiff /opt/static /opt/static
COPY --from=protobuf /opt/static /opt/static
RUN ./build.sh opencv

# ---- ours ----

FROM --platform=$BUILDPLATFORM node:${NODE}-bookworm-slim AS packages
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund

FROM packages AS javascript
COPY tsconfig.json ./
COPY scripts/compile.mjs scripts/vendor.mjs scripts/
COPY src src
RUN npm run compile
# Taken from models/ where they are and are right, else fetched; their hashes are checked either way.
COPY models models
COPY LICENSE NOTICE ./
# Whoever runs it must be able to read what somebody else has checked out.
RUN node dist/cli.js models fetch && chmod -R a+rX models package.json LICENSE NOTICE

FROM packages AS build
RUN apt-get update \
 && apt-get install -y --no-install-recommends binutils cmake doctest-dev g++ ninja-build \
 && rm -rf /var/lib/apt/lists/*
ARG TARGETARCH
ENV TARGETARCH=$TARGETARCH
COPY native/static/install-compiler.sh .
RUN ./install-compiler.sh qemu-user
COPY --from=opencv /opt/static /opt/static
COPY --from=highway /opt/static /opt/static
RUN ln -s /usr/include/doctest /opt/static/include/doctest
COPY CMakeLists.txt ./
COPY native native
COPY test/bench test/bench
COPY test/fuzz test/fuzz
COPY test/native test/native
RUN FACES_WERROR=1 npx cmake-js build --CDCMAKE_TOOLCHAIN_FILE=/app/native/static/cross.cmake \
      --CDCMAKE_PREFIX_PATH=/opt/static --CDFACES_TESTS=ON > /tmp/log || { tail -60 /tmp/log; exit 1; } \
 && "$(sed -n 's/^CMAKE_STRIP:FILEPATH=//p' build/CMakeCache.txt)" --strip-unneeded build/Release/opencv_face_detector.node

FROM build AS test
RUN mkdir -p /usr/share/opencv4 && ln -s /opt/static/share/opencv4/haarcascades /usr/share/opencv4/
COPY . .
COPY --from=javascript /app/models models
COPY --from=javascript /app/dist dist
# What other libraries, another compiler or another libc could change: the core, the addon, and answers of the service.
RUN if [ "$TARGETARCH" != "$(dpkg --print-architecture)" ]; then exec node tools/test-arm64/test-arm64.mjs --built quick; fi; \
  node scripts/test.mjs --without-setup \
  --ignore 'build/test/!(addon|library|service)/**' --ignore 'build/test/{library,service}/*/**' \
  --ignore 'build/test/library/!(detector|models|parity|pictures).test.mjs' \
  --ignore 'build/test/service/!(face|health|parity|pictures|v1).test.mjs'

# What npm run prebuild takes: the addon, and the licence and version of every library that is linked into it.
FROM scratch AS prebuilt
COPY --from=test /app/build/Release/opencv_face_detector.node /
COPY --from=opencv /opt/static/share/licences /licences
COPY --from=highway /opt/static/share/licences /licences

# Optional packages and all that they need, in the versions of the lock; beside /app, where Node.js looks next.
FROM --platform=$BUILDPLATFORM node:${NODE}-bookworm-slim AS optional
WORKDIR /project
COPY package-lock.json ./
COPY scripts/lock-of.mjs scripts/
ARG TARGETARCH
RUN npm config set --location=global cpu "$(echo $TARGETARCH | sed s/amd64/x64/)"
ENV INSTALL="npm install --ignore-scripts --omit=dev --no-audit --no-fund"

FROM optional AS formats
RUN mkdir /formats && node scripts/lock-of.mjs /formats sharp libheif-js \
 && cd /formats && $INSTALL

FROM optional AS bullmq
RUN mkdir /bullmq && node scripts/lock-of.mjs /bullmq bullmq ioredis \
 && cd /bullmq && $INSTALL

FROM node:${NODE}-bookworm-slim AS runtime
ARG NODE
ARG VERSION=0.1.0
ARG REVISION=
LABEL org.opencontainers.image.title="opencv-face-detector" \
      org.opencontainers.image.description="Finds faces on photographs over HTTP: POST /face" \
      org.opencontainers.image.licenses="Apache-2.0 AND MIT AND LGPL-3.0-or-later" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.base.name="docker.io/library/node:${NODE}-bookworm-slim"
# Without jemalloc: after 480 photographs of all sizes a worker held 113 MB with glibc's allocator, 147 MB with it.
ENV NODE_ENV=production
# Prometheus asks from outside of the container, whose ports nobody reaches that it is not given to.
ENV METRICS_HOST=*
WORKDIR /app
COPY --from=opencv /opt/static/share/licences /usr/share/licences
COPY --from=highway /opt/static/share/licences /usr/share/licences
COPY --from=opencv /opt/static/share/opencv4/haarcascades/haarcascade_frontalface_default.xml /usr/share/opencv4/haarcascades/
COPY --from=javascript /app/package.json /app/LICENSE /app/NOTICE ./
COPY --from=javascript /app/models/manifest.json models/
COPY --from=javascript /app/models/mtcnn models/mtcnn
# From the stage of the tests, so that nothing is shipped which they refuse.
COPY --from=test /app/build/Release/opencv_face_detector.node build/Release/
COPY --from=test /app/dist dist
# What decodes HEIC, AVIF and GIF (docs/IMAGES.md).
COPY --from=formats /formats/node_modules /node_modules
USER node
EXPOSE 8000 9464
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5s --timeout=3s --start-period=30s CMD ["node", "dist/cli.js", "health"]
ENTRYPOINT ["node", "dist/cli.js"]
CMD ["serve"]

# docker build --target worker: takes bulk jobs, with 12 MB more (docs/JOBS.md).
FROM runtime AS worker
COPY --from=bullmq /bullmq/node_modules /node_modules
HEALTHCHECK NONE
CMD ["worker"]

# docker build --target films: with ffmpeg, by which /v1/tracks and the command line decode films (docs/films.md). Installed by the image's own
# kind of machine: made for another one, it needs emulation.
FROM runtime AS films
USER root
RUN apt-get update \
 && apt-get install -y --no-install-recommends ffmpeg \
 && rm -rf /var/lib/apt/lists/*
USER node

# What is built where no target is named.
FROM runtime
