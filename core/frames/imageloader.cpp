// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/frames/imageloader.h"

#include "core/filepath.h"
#include "core/frames/decode/decodebudget.h"
#include "core/frames/decode/imagedecoder.h"

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <array>

namespace birblens {

namespace {

constexpr qint64 maxFileSize = 512LL * 1024 * 1024;
constexpr qint64 largeFile = 32LL * 1024 * 1024;

struct Ending
{
    const char *text;
    const char *mediaType; ///< as IANA has registered it
};

constexpr std::array endings{
    Ending{".jpg", "image/jpeg"},  Ending{".jpeg", "image/jpeg"}, Ending{".jpe", "image/jpeg"},
    Ending{".jfif", "image/jpeg"}, Ending{".mpo", "image/jpeg"},  Ending{".png", "image/png"},
    Ending{".webp", "image/webp"}, Ending{".bmp", "image/bmp"},   Ending{".tif", "image/tiff"},
    Ending{".tiff", "image/tiff"}, Ending{".jp2", "image/jp2"},   Ending{".j2k", "image/j2c"},
    Ending{".j2c", "image/j2c"},   Ending{".jpf", "image/jpx"},   Ending{".heic", "image/heic"},
    Ending{".heif", "image/heif"}, Ending{".hif", "image/heif"},  Ending{".avif", "image/avif"},
    Ending{".jxl", "image/jxl"}};

const Ending *endingOf(const QString &fileName)
{
    const auto found =
        std::find_if(endings.begin(), endings.end(), [&fileName](const Ending &ending) {
            const QLatin1String text(ending.text);
            return fileName.size() > text.size() && fileName.endsWith(text, Qt::CaseInsensitive);
        });
    return found == endings.end() ? nullptr : &*found;
}

/** Enough of a file for formatOf(); empty when it is not to be read. */
QByteArray beginningOf(const QString &path)
{
    QFile file;
    return openForReading(file, path) && file.size() <= maxFileSize ? file.read(64) : QByteArray();
}

std::mutex &largeFileMutex()
{
    static std::mutex mutex;
    return mutex;
}

const QString stillWritten = QStringLiteral("It may still be being written");

Error imageError(const QString &path, const QString &what, const QString &hint = {})
{
    return {what, path, hint};
}

Error damageError(const QString &path, const QString &damage)
{
    return imageError(path, damage,
                      damage.contains(QLatin1String("cut off")) ? stillWritten : QString());
}

/** A file that was decoded, upright. */
struct Picture
{
    QImage image;
    ImageHeader header;
    QString damage; ///< then it is what could be decoded; never with a null image
    QString remark;
};

cv::Mat matOf(QImage &image)
{
    return cv::Mat(image.height(), image.width(), CV_8UC3, image.bits(),
                   static_cast<size_t>(image.bytesPerLine()));
}

/** Turned and mirrored as EXIF's orientation says (EXIF 2.3, 4.6.4). */
QImage uprighted(QImage &&image, int orientation)
{
    if (orientation == 1 || image.isNull())
        return std::move(image);
    QImage source = std::move(image);
    QImage turned(orientation >= 5 ? source.size().transposed() : source.size(),
                  QImage::Format_RGB888);
    if (turned.isNull())
        return turned;
    const cv::Mat from = matOf(source);
    cv::Mat to = matOf(turned);
    switch (orientation) {
    case 2:
        cv::flip(from, to, 1);
        break;
    case 3:
        cv::flip(from, to, -1);
        break;
    case 4:
        cv::flip(from, to, 0);
        break;
    case 5:
        cv::transpose(from, to);
        break;
    case 6:
        cv::rotate(from, to, cv::ROTATE_90_CLOCKWISE);
        break;
    case 7:
        cv::transpose(from, to);
        cv::flip(to, to, -1);
        break;
    case 8:
        cv::rotate(from, to, cv::ROTATE_90_COUNTERCLOCKWISE);
        break;
    default:
        break;
    }
    return turned;
}

/**
 * The largest reduction that still leaves at least @p needed pixels on the longer side, of an image
 * of that stored size.
 */
int reductionFor(const QSize &size, int needed)
{
    const int longest = std::max(size.width(), size.height());
    const int shortest = std::min(size.width(), size.height());
    int reduction = 1;
    for (const int scale : {2, 4, 8}) {
        if (needed > 0 && longest >= scale * needed && shortest >= scale)
            reduction = scale;
    }
    return reduction;
}

using Shrink = std::function<QImage(const QImage &)>;

/** @p reductionOf says for a header by how much a JPEG is to be reduced. */
template <class ReductionOf>
Result<Picture> decodeBytes(const QString &path, const QByteArray &bytes, ReductionOf reductionOf,
                            const Shrink &shrink = {})
{
    Picture picture;
    picture.header = inspectImage(bytes);
    if (!picture.header.problem.isEmpty())
        return damageError(path, picture.header.problem);
    const int reduction = reductionOf(picture.header);
    const bool reduced = picture.header.format == ImageFormat::Jpeg && !picture.header.layered;
    Decoded decoded;
    {
        const DecodeBudget decoding(reduced ? picture.header.cost / (reduction * reduction)
                                            : picture.header.cost);
        decoded = decodeImage(bytes, picture.header, reduction);
        picture.image = uprighted(std::move(decoded.image), picture.header.orientation);
        if (shrink && decoded.damage.isEmpty() && !picture.image.isNull())
            picture.image = shrink(picture.image);
    }
    if (picture.image.isNull())
        return damageError(path, decoded.damage.isEmpty()
                                     ? QStringLiteral("There is not enough memory for this image")
                                     : decoded.damage);
    picture.damage = decoded.damage;
    picture.remark = decoded.remark;
    return picture;
}

template <class ReductionOf>
Result<Picture> decodeFile(const QString &path, ReductionOf reductionOf, const Shrink &shrink = {})
{
    const LargeFileTurn turn(path);
    const auto bytes = readImageFile(path);
    if (!bytes)
        return bytes.error();
    return decodeBytes(path, *bytes, reductionOf, shrink);
}

/** Nothing but the whole picture. */
Result<QImage> sound(const QString &path, Result<Picture> &&picture)
{
    if (!picture)
        return picture.error();
    if (!picture->damage.isEmpty())
        return damageError(path, picture->damage);
    return std::move(picture->image);
}

int unreduced(const ImageHeader &)
{
    return 1;
}

Result<QImage> scaled(const QString &path, QImage image, const QSize &target)
{
    QImage small(target, QImage::Format_RGB888);
    try {
        cv::Mat to = matOf(small);
        cv::resize(matOf(image), to, to.size(), 0, 0, cv::INTER_AREA);
    } catch (const cv::Exception &) {
        return imageError(path, QStringLiteral("The image cannot be made smaller"));
    }
    return small;
}

} // namespace

LargeFileTurn::LargeFileTurn(const QString &path)
{
    const auto facts = fileFacts(path);
    if (facts && facts->bytes > largeFile)
        m_lock = std::unique_lock<std::mutex>(largeFileMutex());
}

bool isImageName(const QString &fileName)
{
    return endingOf(fileName) != nullptr;
}

QString mediaTypeOf(const QString &path)
{
    const QByteArray beginning = beginningOf(path);
    if (formatOf(beginning) != ImageFormat::Unknown)
        return mediaType(beginning);
    const Ending *ending = endingOf(path);
    return QString::fromLatin1(ending != nullptr ? ending->mediaType : "image/jpeg");
}

bool mayReadMetadata(const QString &path)
{
    return formatOf(beginningOf(path)) != ImageFormat::Unknown;
}

Result<QByteArray> readImageFile(const QString &path)
{
    const auto facts = fileFacts(path);
    if (!facts)
        return imageError(path, QStringLiteral("The file is missing"),
                          QStringLiteral("The camera may have deleted it"));
    if (facts->kind == FileFacts::Kind::Folder)
        return imageError(path, QStringLiteral("This is a folder, not an image"));
    if (facts->kind == FileFacts::Kind::Other)
        return imageError(path, QStringLiteral("This is a device, not an image"));
    if (facts->bytes > maxFileSize)
        return imageError(
            path, QStringLiteral("The file is too large (%1 MB)").arg(facts->bytes / 1024 / 1024));
    QFile file;
    if (!openForReading(file, path))
        return imageError(path, QStringLiteral("Cannot be read: %1").arg(file.errorString()));
    QByteArray bytes = file.read(maxFileSize);
    if (file.error() != QFileDevice::NoError)
        return imageError(path, QStringLiteral("Cannot be read: %1").arg(file.errorString()));
    if (bytes.isEmpty())
        return imageError(path, QStringLiteral("The file is empty"), stillWritten);
    return bytes;
}

Result<QImage> loadImage(const QString &path)
{
    return sound(path, decodeFile(path, unreduced));
}

Result<QImage> loadImage(const QString &path, const QByteArray &bytes)
{
    return sound(path, decodeBytes(path, bytes, unreduced));
}

Result<QImage> loadShrunk(const QString &path, const std::function<QImage(const QImage &)> &shrink)
{
    return sound(path, decodeFile(path, unreduced, shrink));
}

Result<FramePreview> loadPreview(const QString &path, int side)
{
    auto picture = decodeFile(
        path, [side](const ImageHeader &header) { return reductionFor(header.stored, side); });
    if (!picture)
        return picture.error();
    FramePreview preview;
    preview.size = picture->header.upright();
    preview.damage =
        picture->damage.isEmpty() ? QString() : damageError(path, picture->damage).sentence();
    preview.remark =
        picture->remark.isEmpty() ? QString() : imageError(path, picture->remark).sentence();
    preview.image = std::move(picture->image);
    const int reduction = reductionFor(preview.size, side);
    if (reduction > 1 && preview.image.size() == preview.size) { // no JPEG
        auto small = scaled(path, preview.image, (preview.size / reduction).expandedTo({1, 1}));
        if (!small)
            return small.error();
        preview.image = std::move(*small);
    }
    return preview;
}

Result<QImage> loadThumbnail(const QString &path, const QSize &bound)
{
    auto picture = decodeFile(path, [&bound](const ImageHeader &header) {
        const QSize fitted = header.upright().scaled(bound, Qt::KeepAspectRatio);
        return reductionFor(header.stored, std::max(fitted.width(), fitted.height()));
    });
    if (!picture)
        return picture.error();
    if (!picture->damage.isEmpty())
        return damageError(path, picture->damage);
    const QSize size = picture->image.size();
    const QSize target = size.scaled(bound, Qt::KeepAspectRatio).expandedTo(QSize(1, 1));
    if (target.width() >= size.width() && target.height() >= size.height())
        return std::move(picture->image); // never enlarged: the view does that
    return scaled(path, std::move(picture->image), target);
}

Result<ImageFacts> checkImage(const QString &path)
{
    const auto picture = decodeFile(path, [](const ImageHeader &) { return 8; });
    if (!picture)
        return picture.error();
    if (!picture->damage.isEmpty())
        return damageError(path, picture->damage);
    return ImageFacts{picture->header.upright(), picture->header.format};
}

} // namespace birblens
