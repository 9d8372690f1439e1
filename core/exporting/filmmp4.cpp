#include "core/exporting/filmwriter.h"

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
        m_writer.release();
        QFile file(m_path);
        if (!file.open(QIODevice::ReadOnly) || file.size() == 0)
            return Error{QStringLiteral("The film cannot be written: %1").arg(file.errorString()),
                         m_path, QStringLiteral("Check the free space")};
        return file.readAll();
    }

private:
    QTemporaryDir m_folder;
    QString m_path;
    cv::VideoWriter m_writer; ///< released before its folder goes
};

} // namespace

std::unique_ptr<FilmWriter> makeMp4Writer(const QSize &size, double framesPerSecond)
{
    return std::make_unique<Mp4Writer>(size, framesPerSecond);
}

} // namespace birblens
