#include "runtime/span.hpp"

namespace gatehouse::runtime {

namespace {

bool is_fault(ErrorKind kind) {
  return kind == ErrorKind::internal || kind == ErrorKind::bad_upstream || kind == ErrorKind::unavailable ||
         kind == ErrorKind::timeout;
}

}  // namespace

Span::Span(detail::Task* task, const What& what, const TraceContext* above)
    : task_(task), before_(task->trace), what_(what) {
  context_ = above != nullptr ? above->child() : TraceContext::start();
  if (above == nullptr) return;
  task_->trace = &context_;
  if (spans::are_on()) began_ = std::chrono::steady_clock::now();
}

Span::~Span() {
  task_->trace = before_;
  if (began_ == core::SteadyTime{}) return;
  const auto took = std::chrono::steady_clock::now() - began_;
  const bool has_failed = !failure_.empty();
  if (!spans::wants(context_, has_failed, took)) return;
  spans::Span kept{.context = context_,
                   .kind = what_.kind,
                   .name = std::string(what_.name),
                   .began = began_,
                   .took = took,
                   .has_failed = has_failed,
                   .attributes = {}};
  if (!what_.key.empty()) kept.attributes.push_back({what_.key, std::string(what_.value)});
  if (has_failed) kept.attributes.push_back({"error.type", std::string(failure_)});
  spans::keep(std::move(kept));
}

void Span::note(const Error& error) {
  if (is_fault(error.kind)) failure_ = error.reason;
}

}  // namespace gatehouse::runtime
