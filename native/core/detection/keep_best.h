#pragma once

#include <cstddef>
#include <vector>

#include "box.h"

namespace faces {

/// Keeps the `max` candidates with the highest scores, the first among equals, in their original order.
void KeepBest(std::vector<Candidate>& candidates, size_t max);

}  // namespace faces
