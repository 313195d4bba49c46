#include "chain.h"

#include <utility>

namespace faces::yunet {

using namespace kernels;

Chain::Chain(const std::vector<Layer>& layers, Use use) : links_(layers.begin(), layers.end()), use_(std::move(use)) {}

void Chain::Start(const Strip& out, int rows) {
  Strip strip = out;
  for (auto link = links_.rbegin(); link != links_.rend(); ++link) {
    link->row = static_cast<size_t>(strip.count()) * static_cast<size_t>(link->depth);
    link->out = link->output == Output::kMaxima ? strip.Doubled() : strip;
    strip = link->out.Widened();
  }
  for (Link& link : links_) {
    link.rows.Start(link.out, rows);
    if (link.output == Output::kMaxima) rows /= 2;
  }
}

void Chain::Pass(size_t at, const float* row) {
  if (at == links_.size()) return use_(row);
  Link& link = links_[at];
  link.rows.Push(row);
  while (link.rows.IsReady()) {
    float* to = link.to != nullptr ? link.to : link.made.Take((link.output == Output::kTwoRows ? 2 : 1) * link.row);
    const int made = link.rows.Pop(to);
    for (int i = 0; i < made; ++i) Pass(at + 1, to + static_cast<size_t>(i) * link.row);
  }
}

}  // namespace faces::yunet
