#pragma once

#include <QDialog>
#include <QString>

class QButtonGroup;
class QCheckBox;
class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;

namespace birblens {

/** What is to be written, of which frames, and where. */
struct ExportChoice
{
    enum class Scope { Current, Selected, Shown };

    QString exporter;
    Scope scope = Scope::Current;
    QString imageFormat = QStringLiteral("png");
    bool colonFree = false;
    QString folder;
};

/** How many frames each scope would have, and whether figures are possible. */
struct ExportOffer
{
    int selected = 0;
    int shown = 0;
    bool hasModel = false;
};

class ExportDialog : public QDialog
{
    Q_OBJECT
public:
    ExportDialog(const ExportOffer &offer, const ExportChoice &last, QWidget *parent = nullptr);

    ExportChoice choice() const;

private:
    void chooseFolder();
    void update();

    ExportOffer m_offer;
    QComboBox *m_exporter;
    QLabel *m_summary;
    QButtonGroup *m_scope;
    QComboBox *m_format;
    QLabel *m_formatLabel;
    QCheckBox *m_colonFree;
    QLineEdit *m_folder;
    QPushButton *m_go;
};

} // namespace birblens
