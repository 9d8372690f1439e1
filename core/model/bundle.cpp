// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/model/bundle.h"

#include "core/model/filehash.h"
#include "core/model/interruption.h"
#include "core/model/memorylimit.h"
#include "core/model/modelarchive.h"
#include "core/model/modelkey.h"
#include "core/model/scriptarchive.h"

#include <QFile>
#include <QFileInfo>
#include <QRegularExpression>

#include <torch/version.h>

namespace birblens {

namespace {

const QString exportHint =
    QStringLiteral("Export it with packaging/export_model.py where fastai or torch is installed");

const QString metadataRecord = QStringLiteral("extra/birblens.json");
constexpr qint64 largestMetadata = 16'000'000;

/** What the first bytes say when the file cannot be TorchScript; empty when it may be. */
std::optional<Error> notTorchScript(const QString &path, const QByteArray &head, qint64 size)
{
    if (size == 0)
        return Error{QStringLiteral("The file is empty"), path,
                     QStringLiteral("Copy or export the model again")};
    if (head.startsWith("\x80\x02") || head.startsWith("\x80\x03") || head.startsWith("\x80\x04") ||
        head.startsWith("\x80\x05"))
        return Error{
            QStringLiteral(
                "This is a Python pickle (as fastai's learn.export writes), not TorchScript"),
            path, exportHint};
    if (!head.startsWith("PK\x03\x04"))
        return Error{QStringLiteral("This is not a TorchScript file"), path, exportHint};
    return std::nullopt;
}

Error loadFailure(const QString &path, const std::exception &error)
{
    const QString text = QString::fromUtf8(error.what());
    if (text.contains(QLatin1String("constants.pkl")) ||
        text.contains(QLatin1String("file in archive is not in a subdirectory")) ||
        text.contains(QLatin1String("expected to find")))
        return {QStringLiteral(
                    "This is a PyTorch checkpoint (weights or a pickled module), not TorchScript"),
                path, exportHint};
    static const QRegularExpression unknown(QStringLiteral("Unknown builtin op: (\\w+::\\w+)"));
    const QRegularExpressionMatch lacks = unknown.match(text);
    if (lacks.hasMatch() && !text.contains(QLatin1String("mkldnn"), Qt::CaseInsensitive))
        return {QStringLiteral("The network uses the operator %1, which libtorch %2 does not have")
                    .arg(lacks.captured(1), QStringLiteral(TORCH_VERSION)),
                path, QStringLiteral("Export it with an older PyTorch, or without this operator")};
    if (text.contains(QLatin1String("mkldnn"), Qt::CaseInsensitive) ||
        text.contains(QLatin1String("Couldn't find an operator")) ||
        text.contains(QLatin1String("required keyword attribute")))
        return {QStringLiteral("The network was saved after optimize_for_inference, or uses "
                               "operators that this libtorch lacks (%1)")
                    .arg(firstLine(error)),
                path, QStringLiteral("Export the original network instead")};
    if (text.contains(QLatin1String("central directory")) ||
        text.contains(QLatin1String("zip archive")))
        return {QStringLiteral("The file is cut off or damaged"), path,
                QStringLiteral("Copy or export the model again")};
    return {QStringLiteral("libtorch cannot load the file (%1)").arg(firstLine(error)), path,
            exportHint};
}

struct SideCar
{
    QByteArray json; ///< empty when there is none
    QString path;
};

/** The metadata beside a bare file, else under XDG data. */
Result<SideCar> readSideCar(const QString &modelPath)
{
    for (const QString &path : sideCarPaths(modelPath)) {
        QFile file(path);
        if (!file.open(QIODevice::ReadOnly))
            continue;
        // A full disk may have left an empty one: it says nothing, another may.
        if (const QByteArray json = file.readAll(); !json.trimmed().isEmpty())
            return SideCar{json, path};
    }
    const Result<QString> kept = keptSideCarPath(modelPath);
    if (!kept)
        return kept.error();
    if (QFile file(*kept); file.open(QIODevice::ReadOnly))
        return SideCar{file.readAll(), *kept};
    return SideCar{};
}

} // namespace

std::optional<Error> cardFailure(const QString &path, c10::Device device,
                                 const std::exception &error)
{
    const QString text = firstLine(error); // CUDA, cuDNN, cuBLAS
    if (!device.is_cuda() ||
        !text.contains(QRegularExpression(QStringLiteral("\\bcu[A-Z]|CUDA|cuda:"))))
        return std::nullopt;
    return Error{QStringLiteral("The graphics card cannot run the network (%1)").arg(text), path,
                 QStringLiteral("Use --device cpu")};
}

Error stopped(const QString &path)
{
    return {QStringLiteral("Opening the model was stopped"), path, {}};
}

QString firstLine(const std::exception &error)
{
    const auto *c10Error = dynamic_cast<const c10::Error *>(&error);
    QString text = QString::fromUtf8(c10Error ? c10Error->what_without_backtrace() : error.what());
    // A TorchScript runtime error quotes the model's source; what went wrong comes after that.
    if (const qsizetype at = text.lastIndexOf(QLatin1String("RuntimeError: ")); at >= 0) {
        text = text.mid(at + 14);
    } else if (text.contains(QLatin1String("Traceback of TorchScript"))) {
        // The network's own: "builtins.ValueError: too small".
        text = text.trimmed().section(QLatin1Char('\n'), -1);
    }
    // Often a blank line comes first; a colon or comma at the end of one means that it goes on.
    QString sentence;
    const QStringList lines = text.split(QLatin1Char('\n'), Qt::SkipEmptyParts);
    for (const QString &line : lines) {
        const QString plain = line.simplified();
        if (plain.isEmpty())
            continue;
        sentence += (sentence.isEmpty() ? QString() : QStringLiteral(" ")) + plain;
        if (!sentence.endsWith(QLatin1Char(':')) && !sentence.endsWith(QLatin1Char(',')))
            break;
    }
    constexpr qsizetype longest = 300;
    return sentence.size() <= longest ? sentence : sentence.left(longest) + QStringLiteral(" ...");
}

Result<Bundle> readBundle(const QString &path, c10::Device device)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return Error{QFileInfo::exists(path) ? QStringLiteral("The model cannot be read")
                                             : QStringLiteral("There is no such file"),
                     path, QStringLiteral("Check the path and the permissions")};
    if (const auto error = notTorchScript(path, file.peek(8), file.size()))
        return *error;
    const Result<std::unique_ptr<ModelArchive>> archive = ModelArchive::open(path);
    if (!archive)
        return archive.error();
    Bundle bundle;
    std::optional<QByteArray> digest;
    limitMemory();
    try {
        // Outside inference mode: tensors made inside it can never take part in a backward pass.
        c10::InferenceMode off(false);
        const Result<torch::jit::Module> network = readScript(**archive, device);
        if (!network)
            return network.error();
        bundle.module = *network;
        bundle.module.eval();
        // Before anything of it is changed, and from main memory: a printed graph names the card.
        const Result<torch::jit::Module> asRead =
            device.is_cpu() ? network : readScript(**archive, at::kCPU);
        if (!asRead)
            return asRead.error();
        digest = networkDigest(*asRead);
        bool converted = false;
        for (const at::Tensor &parameter : bundle.module.parameters()) {
            converted = converted || parameter.scalar_type() == at::kHalf ||
                        parameter.scalar_type() == at::kBFloat16;
        }
        if (converted) {
            bundle.module.to(at::kFloat);
            bundle.warnings.append(QStringLiteral(
                "The network is stored in half precision; it runs in single precision here."));
        }
        for (at::Tensor parameter : bundle.module.parameters()) {
            if (parameter.is_floating_point())
                parameter.requires_grad_(false);
        }
    } catch (const std::exception &error) {
        if (interruptAsked())
            return stopped(path);
        return cardFailure(path, device, error).value_or(loadFailure(path, error));
    }

    if (digest) {
        bundle.network = *digest;
    } else {
        const Result<QString> hash = fileHash(path);
        if (!hash)
            return hash.error();
        bundle.network = "file " + hash->toLatin1();
    }

    QByteArray own;
    if ((*archive)->has(metadataRecord)) {
        if ((*archive)->size(metadataRecord) > largestMetadata)
            return Error{QStringLiteral("The model's description is larger than 16 megabytes"),
                         path, QStringLiteral("Export the model again")};
        const Result<QByteArray> text = (*archive)->read(metadataRecord);
        if (!text)
            return text.error();
        own = *text;
    }
    Result<SideCar> metadata = own.isEmpty() ? readSideCar(path) : SideCar{own, path};
    if (!metadata)
        return metadata.error();
    if (metadata->json.isEmpty())
        return bundle;
    Result<ModelInfo> info = modelInfoFromJson(metadata->json, metadata->path);
    if (!info)
        return info.error();
    info->settingsInFile = !own.isEmpty();
    bundle.info = *info;
    return bundle;
}

} // namespace birblens
