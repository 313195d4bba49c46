/**
 * What brings an OpenCV that the addon can be built with: Homebrew's `opencv` is version 5, and CMake does not look where `opencv@4`
 * is kept.
 */
export const brewOpenCv = 'brew install opencv@4 && export OpenCV_DIR="$(brew --prefix opencv@4)/lib/cmake/opencv4"';
