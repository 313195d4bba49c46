/**
 * Installs an OpenCV that the addon can be built with: Homebrew's `opencv` is version 5, and CMake does not search the
 * folder of `opencv@4`.
 */
const brewOpenCv = 'brew install opencv@4 && export OpenCV_DIR="$(brew --prefix opencv@4)/lib/cmake/opencv4"';

/** What the addon's build needs: Debian's package and macOS's command for each. */
export const buildNeeds = [
  { name: 'C++ compiler', debian: 'g++', macOs: 'xcode-select --install' },
  { name: 'make or Ninja', debian: 'make', macOs: 'xcode-select --install' },
  { name: 'CMake', debian: 'cmake', macOs: 'brew install cmake' },
  { name: 'OpenCV', debian: 'libopencv-dev', macOs: brewOpenCv },
  { name: 'Highway', debian: 'libhwy-dev', macOs: 'brew install highway' },
  { name: 'libjpeg-turbo', debian: 'libjpeg-dev', macOs: 'brew install jpeg-turbo' },
  { name: 'libpng', debian: 'libpng-dev', macOs: 'brew install libpng' },
  { name: 'libtiff', debian: 'libtiff-dev', macOs: 'brew install libtiff' },
  { name: 'libwebp', debian: 'libwebp-dev', macOs: 'brew install webp' },
] as const;

/** Commands that install all of it. */
export const installLines = {
  debian: `sudo apt-get install -y ${buildNeeds.map(({ debian }) => debian).join(' ')}`,
  macOs: `brew install cmake highway jpeg-turbo libpng libtiff webp && ${brewOpenCv}`,
};
