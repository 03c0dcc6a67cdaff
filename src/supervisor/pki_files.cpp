// Loading and writing certificate files, and finding the leaves below a data directory.
#include "supervisor/pki_files.hpp"

#include <algorithm>
#include <system_error>

namespace gatehouse::supervisor {
namespace {

constexpr int kInstanceDepthMax = 3;

}  // namespace

Result<std::vector<crypto::Certificate>> load_certificates(const std::filesystem::path& path) {
  const auto text = read_file(path);
  if (!text) return fail(text);
  auto certificates = crypto::certificates_from_pem(*text);
  if (!certificates) {
    return fail(ErrorKind::internal, "pki_damaged", path.string() + ": " + certificates.error().detail);
  }
  return certificates;
}

Result<crypto::IssuedCertificate> load_pair(const std::filesystem::path& certificate,
                                            const std::filesystem::path& key) {
  const auto certificates = load_certificates(certificate);
  if (!certificates) return fail(certificates);
  auto key_pem = read_file(key);
  if (!key_pem) return fail(key_pem);
  crypto::IssuedCertificate pair{certificates->front().pem(), Secret(std::move(*key_pem))};
  if (!certificates->front().fits(pair.key_pem)) {
    return fail(ErrorKind::internal, "pki_damaged",
                key.string() + ": is not the key of " + certificate.string());
  }
  return pair;
}

Result<void> write_pair(const std::filesystem::path& certificate, std::string_view certificate_pem,
                        const std::filesystem::path& key, const Secret& key_pem) {
  if (auto made = make_private_directory(key.parent_path()); !made) return made;
  if (auto written = write_durably(key, key_pem.reveal(), kOwnerOnly); !written) return written;
  return write_durably(certificate, certificate_pem, kReadableByAll);
}

std::vector<std::filesystem::path> instances_below(const std::filesystem::path& data) {
  std::vector<std::filesystem::path> found;
  std::error_code error;
  std::filesystem::recursive_directory_iterator at(
      data, std::filesystem::directory_options::skip_permission_denied, error);
  while (!error && at != std::filesystem::recursive_directory_iterator()) {
    if (at.depth() >= kInstanceDepthMax) at.disable_recursion_pending();
    std::error_code ignored;
    if (at->path().filename() == "tls" && std::filesystem::exists(at->path() / "cert.pem", ignored)) {
      found.push_back(at->path().parent_path());
    }
    at.increment(error);
  }
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace gatehouse::supervisor
