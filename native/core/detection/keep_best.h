#pragma once

#include <cstddef>
#include <vector>

#include "box.h"

namespace faces {

/// Leaves the `most` candidates with the highest scores, of equal ones the first, in the order that they had.
void KeepBest(std::vector<Candidate>& candidates, size_t most);

}  // namespace faces
