#include "chain.h"

#include <utility>

#include "kernels/pool.h"

namespace faces::yunet {

using namespace kernels;

Chain::Chain(const std::vector<const Separable*>& layers, Use use) : use_(std::move(use)) {
  for (size_t i = 0; i < layers.size(); ++i) {
    Link link;
    if (layers[i] != nullptr) {
      link.layer = std::make_unique<SeparableRows>(*layers[i]);
      link.depth = layers[i]->depth();
    } else {  // all that follows or comes before it has its depth
      link.depth = i > 0 ? layers[i - 1]->depth() : layers[i + 1]->inputs();
    }
    link.is_pooled = i + 1 < layers.size() && layers[i + 1] == nullptr;
    links_.push_back(std::move(link));
  }
}

void Chain::Start(const Strip& out, int rows) {
  in_ = out;
  for (auto link = links_.rbegin(); link != links_.rend(); ++link) {
    link->out = in_;
    link->in = in_ = link->layer ? in_.Widened() : in_.Doubled();
  }
  for (Link& link : links_) {
    const size_t row = static_cast<size_t>(link.out.count()) * static_cast<size_t>(link.depth);
    link.made.Take(link.is_pooled ? 2 * row : row);
    link.rows_taken = link.rows_made = 0;
    if (link.layer) {
      link.layer->Start(link.out, rows);
    } else {
      rows /= 2;
    }
  }
}

void Chain::Pass(size_t at, const float* row) {
  if (at == links_.size()) return use_(row);
  Link& link = links_[at];
  const auto depth = static_cast<size_t>(link.depth);
  if (!link.layer) {
    if (link.rows_taken++ % 2 == 0) {
      link.even_row = row;
      return;
    }
    MaxPool({link.even_row, static_cast<size_t>(row - link.even_row), depth}, link.in.count(), 2, link.depth, 2,
            {link.made.data(), 0, depth});
    return Pass(at + 1, link.made.data());
  }
  link.layer->Push(row);
  while (link.layer->IsReady()) {
    const bool is_second = link.is_pooled && link.rows_made++ % 2 == 1;
    float* made = link.made.data() + (is_second ? static_cast<size_t>(link.out.count()) * depth : 0);
    link.layer->Pop(made);
    Pass(at + 1, made);
  }
}

}  // namespace faces::yunet
