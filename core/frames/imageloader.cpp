#include "core/frames/imageloader.h"

#include "core/frames/imagebytes.h"

#include <QFile>
#include <QFileInfo>

#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

namespace birblens {

namespace {

constexpr qint64 maxFileSize = 512LL * 1024 * 1024;
constexpr qint64 maxPixels = 200LL * 1000 * 1000; ///< decoded, 600 MB

Error imageError(const QString &path, const QString &what, const QString &hint = {})
{
    return {what, path, hint};
}

Result<QByteArray> readImageFile(const QString &path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly)) {
        if (!QFileInfo::exists(path))
            return imageError(path, QStringLiteral("The file is missing"),
                              QStringLiteral("The camera may have deleted it"));
        return imageError(path, QStringLiteral("Cannot be read: %1").arg(file.errorString()));
    }
    if (QFileInfo(file).isDir())
        return imageError(path, QStringLiteral("This is a folder, not an image"));
    if (file.size() > maxFileSize)
        return imageError(
            path, QStringLiteral("The file is too large (%1 MB)").arg(file.size() / 1024 / 1024));
    QByteArray bytes = file.readAll();
    if (file.error() != QFileDevice::NoError)
        return imageError(path, QStringLiteral("Cannot be read: %1").arg(file.errorString()));
    if (bytes.isEmpty())
        return imageError(path, QStringLiteral("The file is empty"),
                          QStringLiteral("It may still be being written"));
    return bytes;
}

/** Reads the file and refuses what would decode to half a picture or eat the memory. */
Result<QByteArray> readCompleteImage(const QString &path, QSize *size)
{
    auto read = readImageFile(path);
    if (!read)
        return read;
    const ImageBytes facts = inspectImage(*read);
    if (facts.truncated) {
        const qint64 kb = (read->size() + 1023) / 1024;
        return imageError(path, QStringLiteral("The image is cut off after %1 KB").arg(kb),
                          QStringLiteral("It may still be being written"));
    }
    if (qint64(facts.size.width()) * facts.size.height() > maxPixels)
        return imageError(path, QStringLiteral("The image is too large: %1 x %2 pixels")
                                    .arg(facts.size.width())
                                    .arg(facts.size.height()));
    *size = facts.size;
    return read;
}

Result<cv::Mat> decode(const QString &path, const QByteArray &bytes, int flags)
{
    try {
        const cv::Mat raw(1, static_cast<int>(bytes.size()), CV_8UC1,
                          const_cast<char *>(bytes.constData()));
        cv::Mat image = cv::imdecode(raw, flags);
        if (!image.empty() && image.type() == CV_8UC3)
            return image;
    } catch (const cv::Exception &) {
        // said below
    } catch (const std::bad_alloc &) {
        return imageError(path, QStringLiteral("There is not enough memory for this image"));
    }
    return imageError(path, QStringLiteral("This is not an image that can be decoded"));
}

QImage toImage(const cv::Mat &bgr)
{
    QImage image(bgr.cols, bgr.rows, QImage::Format_RGB888);
    if (image.isNull())
        return image;
    cv::Mat rgb(image.height(), image.width(), CV_8UC3, image.bits(),
                static_cast<size_t>(image.bytesPerLine()));
    cv::cvtColor(bgr, rgb, cv::COLOR_BGR2RGB);
    return image;
}

} // namespace

QStringList imageNameFilters()
{
    static const QStringList filters{QStringLiteral("*.jpg"),  QStringLiteral("*.jpeg"),
                                     QStringLiteral("*.jpe"),  QStringLiteral("*.png"),
                                     QStringLiteral("*.webp"), QStringLiteral("*.bmp"),
                                     QStringLiteral("*.tif"),  QStringLiteral("*.tiff")};
    return filters;
}

bool isImageName(const QString &fileName)
{
    for (const QString &filter : imageNameFilters()) {
        const QStringView suffix = QStringView(filter).mid(1);
        if (fileName.size() > suffix.size() && fileName.endsWith(suffix, Qt::CaseInsensitive))
            return true;
    }
    return false;
}

Result<QImage> loadImage(const QString &path)
{
    QSize size;
    const auto bytes = readCompleteImage(path, &size);
    if (!bytes)
        return bytes.error();
    const auto mat = decode(path, *bytes, cv::IMREAD_COLOR);
    if (!mat)
        return mat.error();
    QImage image = toImage(*mat);
    if (image.isNull())
        return imageError(path, QStringLiteral("There is not enough memory for this image"));
    return image;
}

namespace {

/**
 * The largest reduction that still leaves at least @p needed pixels on the longer side, of an image
 * of that stored size.
 */
int reductionFor(const QSize &size, int needed)
{
    const int longest = std::max(size.width(), size.height());
    const int shortest = std::min(size.width(), size.height());
    int flags = cv::IMREAD_COLOR;
    for (const auto &[scale, reduced] :
         {std::pair(2, cv::IMREAD_REDUCED_COLOR_2), std::pair(4, cv::IMREAD_REDUCED_COLOR_4),
          std::pair(8, cv::IMREAD_REDUCED_COLOR_8)}) {
        if (needed > 0 && longest >= scale * needed && shortest >= scale)
            flags = reduced;
    }
    return flags;
}

} // namespace

Result<FramePreview> loadPreview(const QString &path, int side)
{
    FramePreview preview;
    const auto bytes = readCompleteImage(path, &preview.size);
    if (!bytes)
        return bytes.error();
    const auto mat = decode(path, *bytes, reductionFor(preview.size, side));
    if (!mat)
        return mat.error();
    preview.image = toImage(*mat);
    if (preview.image.isNull())
        return imageError(path, QStringLiteral("There is not enough memory for this image"));
    // The stored size may be turned by EXIF, or not be known without decoding.
    const QSize decoded = preview.image.size();
    if (preview.size.isEmpty())
        preview.size = decoded;
    else if ((decoded.width() > decoded.height()) != (preview.size.width() > preview.size.height()))
        preview.size.transpose();
    return preview;
}

Result<QImage> loadThumbnail(const QString &path, const QSize &bound)
{
    QSize size;
    const auto bytes = readCompleteImage(path, &size);
    if (!bytes)
        return bytes.error();

    // The stored size may be turned by EXIF, so both ways are looked at.
    const QSize fitted = size.isEmpty() ? QSize() : size.scaled(bound, Qt::KeepAspectRatio);
    const QSize turned =
        size.isEmpty() ? QSize() : size.transposed().scaled(bound, Qt::KeepAspectRatio);
    const int needed = std::max(std::max(fitted.width(), fitted.height()),
                                std::max(turned.width(), turned.height()));
    const int flags = reductionFor(size, needed);

    const auto mat = decode(path, *bytes, flags);
    if (!mat)
        return mat.error();
    const QSize target =
        QSize(mat->cols, mat->rows).scaled(bound, Qt::KeepAspectRatio).expandedTo(QSize(1, 1));
    if (target.width() >= mat->cols && target.height() >= mat->rows)
        return toImage(*mat); // never enlarged: the view does that
    cv::Mat small;
    try {
        cv::resize(*mat, small, cv::Size(target.width(), target.height()), 0, 0, cv::INTER_AREA);
    } catch (const cv::Exception &) {
        return imageError(path, QStringLiteral("The image cannot be made smaller"));
    }
    return toImage(small);
}

} // namespace birblens
