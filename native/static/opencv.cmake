set(BUILD_LIST core,imgproc,imgcodecs,dnn,objdetect CACHE STRING "")
# Of objdetect the addon has the cascade classifier alone, which needs nothing of the others: a third of all files.
set(LEAVE_OUT opencv_objdetect opencv_calib3d opencv_features2d opencv_flann CACHE STRING "")
set(NEEDED_opencv_objdetect "/cascadedetect" CACHE STRING "")
set(CMAKE_PROJECT_OpenCV_INCLUDE "${CMAKE_CURRENT_LIST_DIR}/leave-out.cmake" CACHE STRING "")
foreach(extra TESTS PERF_TESTS EXAMPLES DOCS JAVA opencv_apps opencv_python2 opencv_python3 opencv_java opencv_js)
  set(BUILD_${extra} OFF CACHE BOOL "")
endforeach()
set(OPENCV_GENERATE_PKGCONFIG OFF CACHE BOOL "")
set(OPENCV_GENERATE_SETUPVARS OFF CACHE BOOL "")

# Newer instructions are chosen when it runs. CMake itself does not know the machine yet where this is read.
execute_process(COMMAND uname -m OUTPUT_VARIABLE machine OUTPUT_STRIP_TRAILING_WHITESPACE)
if(machine STREQUAL "x86_64")
  set(CPU_BASELINE SSE4_2 CACHE STRING "")
  set(CPU_DISPATCH AVX2,AVX512_SKX CACHE STRING "")
else()
  set(CPU_BASELINE NEON CACHE STRING "")
endif()

# The formats that the detector takes, from the archives built before.
foreach(codec ZLIB JPEG PNG WEBP TIFF PROTOBUF)
  set(BUILD_${codec} OFF CACHE BOOL "")
endforeach()
foreach(codec JPEG PNG WEBP TIFF PROTOBUF)
  set(WITH_${codec} ON CACHE BOOL "")
endforeach()
set(PROTOBUF_UPDATE_FILES ON CACHE BOOL "")

foreach(feature 1394 ADE ARAVIS AVIF CAROTENE CLP CUDA EIGEN FFMPEG FLATBUFFERS FREETYPE GDAL GDCM GSTREAMER GTK HALIDE
                IMGCODEC_HDR IMGCODEC_PFM IMGCODEC_PXM IMGCODEC_SUNRASTER IPP ITT JASPER JPEGXL LAPACK OBSENSOR OPENCL
                OPENEXR OPENGL OPENJPEG OPENMP OPENVINO QT QUIRC TBB TIMVX V4L VA VA_INTEL VTK VULKAN WEBNN)
  set(WITH_${feature} OFF CACHE BOOL "")
endforeach()
set(BUILD_ITT OFF CACHE BOOL "")
