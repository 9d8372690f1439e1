#include "core/exporting/filmwriter.h"

#include "core/exporting/mp4check.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>

#include <opencv2/imgproc.hpp>
#include <opencv2/videoio.hpp>

namespace birblens {

namespace {

/** H.264 by OpenCV, which wants a file to write to: a temporary one. */
class Mp4Writer : public FilmWriter
{
public:
    Mp4Writer(const QSize &size, double framesPerSecond)
        : m_path(m_folder.filePath(QStringLiteral("film.mp4")))
    {
        const cv::Size frame(size.width(), size.height());
        for (const int code : {cv::VideoWriter::fourcc('a', 'v', 'c', '1'),
                               cv::VideoWriter::fourcc('m', 'p', '4', 'v')}) {
            if (m_writer.open(QFile::encodeName(m_path).toStdString(), cv::CAP_FFMPEG, code,
                              framesPerSecond, frame))
                break;
        }
    }

    Result<void> add(const QImage &picture) override
    {
        if (!m_folder.isValid())
            return Error{QStringLiteral("A film needs room for temporary files: %1")
                             .arg(m_folder.errorString()),
                         QDir::tempPath(), QStringLiteral("Free some space there")};
        if (!m_writer.isOpened())
            return Error{QStringLiteral("This computer cannot write MP4"),
                         {},
                         QStringLiteral("Choose WebP or GIF")};
        try {
            const QImage image = picture.convertToFormat(QImage::Format_RGB32);
            cv::Mat bgr;
            cv::cvtColor(cv::Mat(image.height(), image.width(), CV_8UC4,
                                 const_cast<uchar *>(image.constBits()),
                                 static_cast<size_t>(image.bytesPerLine())),
                         bgr, cv::COLOR_BGRA2BGR);
            m_writer.write(bgr);
            ++m_count;
        } catch (const cv::Exception &e) {
            return Error{
                QStringLiteral("The film cannot be written: %1").arg(QString::fromStdString(e.err)),
                {},
                {}};
        }
        return {};
    }

    Result<QByteArray> finish() override
    {
        // OpenCV does not tell of a write that failed: the file itself must.
        m_writer.release();
        const Error failed{
            QStringLiteral("The film could not be written whole; is the disk for temporary files "
                           "full?"),
            QDir::tempPath(), QStringLiteral("Free some space there")};
        QFile file(m_path);
        if (!file.open(QIODevice::ReadOnly))
            return failed;
        const QByteArray bytes = file.readAll();
        if (file.error() != QFileDevice::NoError || mp4Pictures(bytes) != m_count)
            return failed;
        return bytes;
    }

private:
    QTemporaryDir m_folder;
    QString m_path;
    int m_count = 0;          ///< pictures
    cv::VideoWriter m_writer; ///< released before its folder goes
};

} // namespace

std::unique_ptr<FilmWriter> makeMp4Writer(const QSize &size, double framesPerSecond)
{
    return std::make_unique<Mp4Writer>(size, framesPerSecond);
}

} // namespace birblens
