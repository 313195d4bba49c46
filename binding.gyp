# For those who have only node-gyp; cmake-js with CMakeLists.txt is the way that everything here uses.
#   node-gyp rebuild
# It is kept out of the npm package: npm and pnpm would make an install script of it.
{
  "targets": [
    {
      "target_name": "opencv_face_detector",
      "sources": ["<!@(find native/core native/addon -name '*.cc')"],
      "include_dirs": ["native/core"],
      "defines": [
        "NAPI_VERSION=8",
        "NODE_ADDON_API_CPP_EXCEPTIONS_ALL",
        "NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS",
        "NODE_ADDON_API_DISABLE_DEPRECATED",
        "BUILDING_NODE_EXTENSION",
        "HWY_SHARED_DEFINE"
      ],
      # As system headers, so that warnings concern our own code.
      "cflags_cc": [
        "-std=c++17", "-O3", "-fvisibility=hidden", "-Wall", "-Wextra", "-Wconversion", "-Wshadow",
        "-isystem", "<!(node -p \"require('path').resolve(require('node-addon-api').include_dir)\")",
        "<!@(pkg-config --silence-errors --cflags-only-I opencv4 libhwy libjpeg libpng libtiff-4 libwebp | sed 's/-I/-isystem /g')"
      ],
      "cflags_cc!": ["-fno-exceptions", "-fno-rtti", "-std=gnu++17", "-std=gnu++20"],
      "libraries": [
        "<!@(pkg-config --libs-only-L opencv4 libhwy libjpeg libpng libtiff-4 libwebp || (echo 'OpenCV 4, Highway or a library of pictures was not found. Debian, Ubuntu: sudo apt-get install -y pkg-config libopencv-dev libhwy-dev libjpeg-dev libpng-dev libtiff-dev libwebp-dev; macOS: brew install pkg-config opencv@4 highway jpeg-turbo libpng libtiff webp && export PKG_CONFIG_PATH=/opt/homebrew/opt/opencv@4/lib/pkgconfig' >&2; exit 1))",
        "-lopencv_core", "-lopencv_imgproc", "-lopencv_imgcodecs", "-lopencv_dnn", "-lopencv_objdetect", "-lhwy", "-ltiff", "-ljpeg", "-lpng", "-lwebp"
      ],
      "xcode_settings": {
        "GCC_ENABLE_CPP_EXCEPTIONS": "YES",
        "GCC_ENABLE_CPP_RTTI": "YES",
        "CLANG_CXX_LANGUAGE_STANDARD": "c++17",
        "MACOSX_DEPLOYMENT_TARGET": "11.0"
      }
    }
  ]
}
