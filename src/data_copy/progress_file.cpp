#include "data_copy/progress_file.hpp"

#include <fstream>
#include <sstream>

#include "core/durable_file.hpp"
#include "core/encoding.hpp"
#include "core/fields.hpp"

namespace gatehouse::data_copy {

ProgressFile::ProgressFile(std::filesystem::path file, std::string collection,
                           std::optional<crypto::Envelope> seal)
    : file_(std::move(file)), collection_(std::move(collection)), seal_(std::move(seal)) {}

Result<std::string> ProgressFile::opened(const std::string& data_key, const std::string& after) const {
  if (!seal_) return after;
  const auto wrapped = core::from_hex(data_key);
  const auto sealed = core::from_hex(after);
  if (!wrapped || !sealed) return fail(ErrorKind::internal, "progress_damaged", file_.string());
  const auto key = seal_->unlock(name(), *wrapped);
  if (!key) return fail(key);
  return key->open("after", *sealed);
}

Result<std::string> ProgressFile::read() const {
  std::error_code ignored;
  if (file_.empty() || !std::filesystem::exists(file_, ignored)) return std::string{};
  std::ostringstream text;
  text << std::ifstream(file_).rdbuf();
  const auto object = core::parse_json_object(text.str());
  if (!object) return fail(ErrorKind::internal, "progress_damaged", file_.string());
  Fields fields{*object};
  const std::string collection = fields.required_text("collection");
  const std::string data_key = fields.optional_text("data_key", "");
  const std::string after = fields.required_text("after", {.bytes_max = 8'192});
  if (auto complete = fields.finish(); !complete)
    return fail(ErrorKind::internal, "progress_damaged", file_.string());
  if (collection != collection_)
    return fail(ErrorKind::conflict, "other_progress", file_.string() + " is of " + collection);
  return opened(data_key, after);
}

Result<void> ProgressFile::write(const std::string& after) const {
  if (file_.empty()) return {};
  json::object content{{"collection", collection_}, {"after", after}};
  if (seal_) {
    const auto key = seal_->create(name());
    if (!key) return fail(key);
    const auto sealed = key->first.seal("after", after);
    if (!sealed) return fail(sealed);
    content["data_key"] = core::to_hex(key->second);
    content["after"] = core::to_hex(*sealed);
  }
  return core::write_durably(file_, json::serialize(content) + "\n", core::kOwnerOnly);
}

void ProgressFile::remove() const {
  std::error_code ignored;
  if (!file_.empty()) std::filesystem::remove(file_, ignored);
}

}  // namespace gatehouse::data_copy
